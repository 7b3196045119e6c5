"""What is asked, answered, called a myth, or only told: how a sentence is meant.

Patterns named `*_RAW` are for text as it stands; all others are for normalised words (see words.py).
"""

from __future__ import annotations

import re

from sgaudit.checks.statements.grammar import either
from sgaudit.checks.statements.words import words

_UNTRUE = either(
    r"a (?:mistake|misunderstanding|misconception|fallacy|fib|lie|myth)|not (?:true|so|right|correct|the case)",
    r"false|untrue|wrong|incorrect|nonsense|mistaken|out of date",
)
SAYS_NO = re.compile(
    "^"
    + either(
        r"no|nope|never|not at all|false|wrong|untrue|not true|myth|fiction|incorrect|no way|not really",
        r"nah|nay|not quite|(?:quite )?the (?:reverse|opposite)|(?:quite )?on the contrary|quite the contrary"
        r"|far from it|wrong way round",
        r"not a bit(?: of it)?|no chance|no fear|not likely|hardly|not so|not once|best not|rather not"
        r"|we would rather not|by no means",
        r"not in the least|not these days|no longer|nobody|no one|none|nothing|not (?:for|with) (?:them|ceop)"
        r"|not ever|not in any way",
        r"out of the question|not on your life|not a chance|not as such|under no circumstances|on no account"
        r"|sorry|no (?:sir|miss|way)",
        r"neither|not allowed|not possible|impossible|do not|better not|please do not|no (?:it|they|you|he|she"
        r"|we) (?:\w+ )?not",
        r"(?:sadly|regrettably|unfortunately|alas|sorry|emphatically|certainly|afraid)(?: it| they| you| he"
        r"| she)?(?: \w+)? (?:not|no)",
        r"(?:i am )?afraid (?:not|(?:it|they|you|he|she|that) (?:\w+ )?not)|sorry no|(?:certainly|definitely"
        r"|absolutely|of course) not|not (?:any ?more|now)",
        rf"(?:this|that|it) is (?:(?:simply|just|completely|quite) )?{_UNTRUE}",
    )
    + "$"
)
SAYS_YES = re.compile(
    "^"
    + either(
        r"yes|yeah|yep|of course|absolutely|certainly|definitely|always|true|correct|fact|right|indeed|sure"
        r"|yes always",
        r"yup|yah|ja|you bet|too right|very much so|very|rather|naturally|by all means|without (?:a )?(?:doubt"
        r"|question|exception)|in every case",
        r"always has been|every time|every (?:single )?one|all of them|everyone|everybody|anyone|anybody"
        r"|please do|yes (?:please|they|it|you|indeed|and no)",
        r"(?:it|they|you|he|she|we|there|one|the \w+) (?:\w+ )?(?:is|are|was|were|do|does|did|can|will|would"
        r"|must|should|has|have|had|need|needs|could|may)"
        r"(?: (?:be|been|so|indeed|too|now))*",
        r"no (?:limit|problem)|in a word yes|short answer yes|that is so|quite so|just so|agreed",
        r"it is true|that is (?:true|right|correct)|(?:it|they|you|that) (?:is|are|do|does|can|will)",
    )
    + "$"
)
SHORT_NO = re.compile(
    r"^(?:\w+ ){0,2}(?:can|do|does|is|are|will|would|should|must|need|has|have|could|may|did|was) not(?: (?:be"
    r"|so|really|any ?more|yet))?$"
)
# The same without a question before it: it turns round what was just said.
TURNS_ROUND = re.compile(
    r"^(?:but )?(?:they|it|you|that|this|he|she|there|we|one) (?:can|do|does|is|are|will|would|has|have|need"
    r"|must|may|could|should) not$"
)
CORRECTS = re.compile(
    "^"
    + either(
        r"(?:this|that|it|which|all of this|both) (?:is|was|are) "
        rf"(?:(?:simply|just|completely|quite|now) )?{_UNTRUE}\b",
        r"(?:not true|false|wrong|untrue|myth|nonsense|incorrect|not so)$",
        r"(?:they|these people|those who do|all of them) (?:are|were) (?:\w+ )?(?:mistaken|wrong|in error"
        r"|misinformed)",
    )
)
FALSE_LABEL = re.compile(
    "^"
    + either(
        r"(?:common |old |the )?myths?|tall (?:tale|story|stories|tales)|fibs?|gossip|busted|untruths?|rubbish"
        r"|nonsense|hearsay|assumptions?",
        r"wrong ideas?|the wrong idea|mistaken (?:belief|idea)|old wives tales?|whoppers?|porkies?|legends?"
        r"|the (?:rumour|claim|myth|legend)",
        r"(?:what )?(?:people|kids|children|parents|pupils|players|some|you|they|others) (?:\w+ )?(?:say|says"
        r"|think|thinks|tell us|believe|hear|assume|claim)",
        r"you (?:might|may) (?:think|hear|have heard|believe)|(?:said|heard) (?:in|at|on|by) (?:\w+ ){1,3}|not so|x",
        r"fiction|false|wrong|untrue|not true|incorrect|fake|lies?|rumou?rs?",
        r"misconceptions?|misunderstandings?|what (?:people|some) (?:say|think)|you may have heard",
        r"(?:some )?people say|we hear",
    )
    + r"(?: (?:\d+|number \w+))?$"
)
TRUE_LABEL = re.compile(
    r"^(?:the |in )?(?:real (?:story|answer|deal|facts?)|position|story|true story|what (?:really|actually) \w+"
    r"|what is so|so|facts?|truth|true|reality|right|correct|in fact|what is true|answer|a|really"
    r"|actually)(?: \d+)?$"
)
# A sentence that leaves its verb to the one before it.
FALSE_THAT_RAW = re.compile(
    r"^(?:(?:it is|it['’]s|that is) )?(?:just |simply |quite |completely |sadly )?"
    r"(?:(?:a|an|the) (?:\w+ )?(?:myth|mistake|misconception|misunderstanding|fallacy|untruth|lie)|untrue|wrong|false"
    r"|incorrect|not true|not so|not right|not correct|not the case|nonsense)"
    r"(?: to (?:say|think|believe|suppose|claim))?,? that\s+",
    re.IGNORECASE,
)
ELLIPTIC = re.compile(
    r"^(?:(?!(?:they|it|you|he|she|we|this|that|there) )\w+ ){1,7}(?:is|are|can|do|does|will|may|must) not$"
)
# What ends a thing that was once so: “CEOP used to take it, but no longer does”.
ENDED = re.compile(
    r"\b(?:no longer(?: (?:do(?:es)?|is|are|can|will|so))?|(?:do(?:es)?|is|are|can|will) not(?: (?:do so|so|now"
    r"|any ?more|these days))?"
    r"|not (?:now|any ?more|these days)|(?:that|it|this|those days|all that) (?:has |have |is |are )?(?:stopped"
    r"|ended|ceased|over|gone))$"
)
# What sets a clause against the one before it, and what concedes something before the point is made.
CONTRASTS = re.compile(
    r"^(?:(?:and|or) )?(?:but|however|yet|now|these days|nowadays|today|instead|in fact|actually|in truth"
    r"|since then)\b"
)
CONCEDES = re.compile(r"^(?:although|though|while|whereas|contrary to|despite|whatever)\b")
# A question that yes or no does not answer.
OPEN_QUESTION = re.compile(r"^(?:and |so |but )?(?:who|whose|whom|which|what|when|where|why|how)\b")
PLAIN_ANSWER = re.compile(
    r"^(?:no|yes|nobody|no one|none|nothing|never|anyone|anybody|everyone|everybody|always|all of them)$"
)
LONE_LABEL = re.compile(r"^(?:myth|fiction|fact|truth|reality|rumour|tall tale)(?: \d+| number \w+)?$")
HEARSAY = re.compile(
    r"\b"
    + either(
        r"(?:some|many|most|other|a few) (?:people|parents|children|pupils|kids|students|of you|of us|families)? ?"
        r"(?:say|think|believe|claim|assume|will tell you|tell you|imagine|worry)",
        r"people (?:(?:often|sometimes) )?(?:say|think|believe|claim|assume)",
        r"you (?:may|might) (?:have heard|think|hear|read)",
        r"(?:it is|there is) (?:a )?(?:common|popular|widespread)? ?"
        r"(?:myth|rumour|misconception|misunderstanding|often said|sometimes said)",
        r"(?:contrary to|despite|ignore|forget) (?:the |any |what )?(?:rumours?|myths?|popular|belief|what)",
        r"(?:i|we|he|she|they) (?:had )?(?:thought|assumed|imagined|believed|feared|supposed|used to think)",
        r"(?<!is )(?<!are )(?<!be )(?<!was )(?<!were )(?<!being )(?<!get )(?<!button )(?<!form )"
        r"used to (?!it\b|this\b|\w+ing\b)\w+"
        r"|(?:formerly|previously|once) (?:be|take|deal|say|read|accept|allow|handle|could)",
        r"in the (?:past|old days)|(?:took|accepted|handled|dealt|allowed|could|let|looked into) .*years ago",
        r"^(?:\w+ )?years ago (?!.*(?:stopped|ceased|closed|ended|set up|founded|launched|opened|began|created))",
        r"(?:^|^(?:just|let us|please) )pretend (?:that )?",
    )
)
# A heading that says something: a subject and what it does, not “How to ...”.
STATES = re.compile(
    r"^(?!(?:how|what|when|where|why|who|which|if|about|for|our|is|are|can|do|does|will|should|must"
    r"|may) )(?:\w+ ){1,6}?"
    r"(?:is|are|can|cannot|will|must|should|has|have|takes?|reads?|needs?|wants?|does|do|may|keeps?|belongs?"
    r"|looks?|cares?"
    r"|listens?|helps?|deals?|protects?|checks?) \w+(?: \w+)+$"
)
# A question that tells rather than asks.
TELLING_RAW = re.compile(
    r"^(?:did you know|(?:may|can) (?:i|we) (?:introduce|remind|tell|assure)|have you met|(?:would|could"
    r"|will) you (?:please|kindly)"
    r"|(?:so )?(?:why not|how about) )",
    re.IGNORECASE,
)
# A question told rather than put; its answer follows.
_ASKING = (
    r"(?:ask|asks|asked|wonder|wonders|wondered|wondering|(?:want|wants|wanted) to know|enquired?|queried|querying)"
)
_ASKER = (
    r"^(?!(?:if|when|whenever|should|where|unless) )(?:(?!(?:ceop|they|it|form|advis[eo]rs?|officers?"
    r"|be) )\w+ ){1,7}?"
)
_OF_WHOM = (
    r"(?:(?:me|us|them|him|her|staff|myself|ourselves|often|recently|(?:at|in|by|on) (?:\w+ ){1,2}|the \w+) ?){0,3}"
)
ASKED = re.compile(
    either(
        rf"{_ASKER}{_ASKING} {_OF_WHOM}(?:if|whether)\b",
        rf"{_ASKER}(?<!are )(?<!is )(?<!be )(?<!being ){_ASKING} {_OF_WHOM}"
        r"(?:how|what|who|why|(?:do|does|can|could|must|will|would|should) (?:you|they|we|i|it|ceop|my|your))\b",
    )
)
# What comes before the question itself where one is told.
ASKED_RAW = re.compile(
    r"^.*?\b(?:ask|asks|asked|wonder\w*|know|enquired?|quer\w+)\b.*?\b(?:if|whether)\s+", re.IGNORECASE
)
# How a heading ends that the list below it completes.
OPENS = re.compile(r"\b(?:if|when|that|about|with|to|by|who|because)$")
# Where the sentence that told a question goes on to answer it.
SELF_ANSWER_RAW = re.compile(
    r"\s*(?:;|:| [–—-])\s*(?=(?:it|they|you|he|she|no|yes|the|never|not)\b)"
    r"|,? (?:and|but) (?=(?:he|she|they|miss|sir|(?:mr|mrs|ms|miss|pc|dr) \w+|(?:my|our) (?:mum|dad|teacher|head)) "
    r"(?:says?|said|replied|explained|told (?:me|us)|answered)\b)",
    re.IGNORECASE,
)
# What was once so, and what shows that it is so no longer.
PAST = re.compile(r"\b(?:used to(?! it\b)|formerly|previously|once|in the (?:past|old days)|years ago)\b")
NO_MORE = re.compile(
    r"\b(?:no longer|not|never|now|nowadays|today|these days|since|stopped|ended|ceased|left|dropped|closed)\b"
)
ASKS = re.compile(
    r"^(?:fact or (?:fiction|myth)|myth or fact|true or false|true or not)\b"
    r"|^(?:can|is|are|do|does|will|should|must|may|could|would|who|what|when|where|why|how|which) "
    + either(
        r"i|you|we|they|it|the|a|an|my|your|child|children|reports?|anyone|anybody|people|this|there",
        r"happens|is|are|can|do|does|should|will|old|much|long|to",
    )
    + r"\b"
)
_FIRST_RAW = re.compile(r"[,.!;:–—-]")


def answer(text: str) -> bool | None:
    """Whether an answer says yes or no; None when it says neither outright."""
    said, first = words(text), words(_FIRST_RAW.split(text.strip(), maxsplit=1)[0])
    if SAYS_NO.match(first) or SHORT_NO.match(said) or SHORT_NO.match(first):
        return False
    return True if SAYS_YES.match(first) else None
