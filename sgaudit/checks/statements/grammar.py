"""The small words of English that turn a sentence round: conditions, denials, answers, myths, hearsay.

Patterns named `*_RAW` are for text as it stands; all others are for normalised words (see words.py).
"""

from __future__ import annotations

import re


def _any(*phrases: str) -> str:
    return f"(?:{'|'.join(phrases)})"


_MODAL = (
    r"(?:can|cannot|can['’]t|will|won['’]t|may|must|should|do|don['’]t|does|doesn['’]t"
    r"|is|isn['’]t|are|was|has|have|need)"
)
_VERB = (
    r"(?:is|are|was|were|will|can|cannot|may|must|has|have|should|do|does|did|would|could|then|refers?|passes"
    r"|sees|reads"
    r"|(?:is|are|was|were|do|does|did|has|have|would|could|should|must|need|ca|wo)n['’]?t|never)"
)
_CAPITAL = r"(?-i:[A-Z])[\w'’]*"

# Where one clause ends and the next begins.
PARENTHESIS_RAW = re.compile(r"[(\[]([^()\[\]]{0,300})[)\]]")
BREAK_RAW = re.compile(
    _any(
        r"\s*(?:[;:]|\s[–—-]{1,2}\s|—|\.\.\.|…)\s*",
        r",?\s+(?=(?:but|although|though|whereas|however)\s)",
        rf",\s+(?={_CAPITAL}\s+(?:{_MODAL}|takes?|needs?|wants?|asks?|lets?)\b)",
        r",\s*(?=(?:and|or|so|because|while|as|which|who|whom|nor|then|since|yet|for)\s)",
        rf",\s+(?=(?:they|it|you|he|she|we|i|nobody|no one|(?:the|your|our|any|each"
        rf"|every)\s+[\w'’-]+(?:\s+[\w'’-]+)?)\s+{_MODAL}\b)",
        rf"\s+(?=(?:and|or)\s+{_VERB}\s)",
        r"\s+(?=(?:and|so|because|while)\s+"
        + _any(
            r"you|they|it|we|he|she|there|nobody|no one|no-one|please|everyone|anyone",
            _CAPITAL,
            r"(?:the|your|our|a|an|any|all|each|every|some|these|those)\s+[\w'’-]+(?:\s+[\w'’-]+)?",
        )
        + rf"\s+(?:{_MODAL}|read|look|take|pass|see)\b)",
    ),
    re.IGNORECASE,
)
CONDITION_RAW = re.compile(
    r"^(?:(?:and|or|but|so|then|also|only|even|please|remember|perhaps|urgent|always|especially|that)\s+)*"
    r"(?:if|when|whenever|unless|in case|where|should|once|as soon as|wherever|whether|in the event|were"
    r"|suppos(?:e|ing)|imagine"
    r"|assuming|provided)\b",
    re.IGNORECASE,
)
CONDITION_INSIDE_RAW = re.compile(
    r"(?<!\bas)(?<!\beven)\s+(?=(?:if|unless|when(?! to)|whenever|in case|as soon as|should (?:you|a|your|they))\s)",
    re.IGNORECASE,
)
# What a condition without a comma is followed by, and the words after which it is not that.
MAIN_BEGINS_RAW = re.compile(
    r"\b"
    + _any(
        r"please|then|call|ring|phone|dial|contact|tell|report|press|click|use|do not|don['’]t",
        r"(?:you|they|it|we|i|he|she|one) (?:can|can['’]t|should|must|may|will|would|could|need|needs|have|has"
        r"|had|got|won['’]t|cannot)",
        r"(?:it|he|she) (?:gets|goes|is read|is seen|is taken|takes|needs|matters)|(?:i|we)['’]d (?:ask|urge|like)",
        rf"(?:(?:the|The) )?(?:{_CAPITAL} )*{_CAPITAL} (?:will|can|cannot|can['’]t|won['’]t|should|must|may)",
        r"they['’]ll|you['’]ll|we['’]ll|they (?:tell|ring|call|contact|pass|refer|take|read|look|treat|ask|want"
        r"|check|listen|help|decide|assess|get|do|send|let|alert|are)",
        r"(?:you|they)(?: are|['’]re) (?:talking|speaking|reporting|telling|asking|dealing|protected|safe|put"
        r"|helped)",
        r"(?:the|your|a) (?:\w+ ){1,2}(?:will|can|may|must|should|tells|passes|contacts|sees|is|are)",
    )
    + r"\b",
    re.IGNORECASE,
)
# What may follow a comma without being a clause.
ASIDE_RAW = re.compile(
    r"^\s*(?:sorry|please|honestly|obviously|though|too|as well|(?:every|each) time|always|really|i['’]m afraid"
    r"|full stop|of course)\W*$",
    re.IGNORECASE,
)
NOT_BEFORE_MAIN = frozenset({
    "to", "you", "they", "not", "can", "should", "could", "would", "or", "and", "will", "i", "we", "must", "may",
    "someone", "somebody", "that", "it", "if", "when", "who", "please", "be", "your", "the", "a", "an", "this", "any",
    "every", "each", "their", "his", "her", "my", "our", "of", "for", "in", "on", "by", "with", "from", "first",
    "online",
})  # fmt: skip
STILL_SUPPOSED_RAW = re.compile(
    r"^(?:or|and) "
    + _any(
        r"if |you (?:are|have|feel)|(?:you|they)['’](?:re|ve)|they are|(?:he|she)(?: is|['’]s)",
        r"someone|somebody|anyone|your child|want|feel|are|is|have|has",
    )
    + r"\b",
    re.IGNORECASE,
)
# What a writer says before coming to the point; what follows is the point.
PREAMBLE_RAW = re.compile(
    r"^(?:(?:and|but|so|also|please|just|now)[,\s]+)*"
    + _any(
        r"dear [a-z]+(?: (?:and|&) [a-z]+)?,|(?:hello|hi|morning) (?:all|everyone|everybody),",
        r"(?:i|we)(?:['’]d|['’]m|['’]ve|['’]re|['’]ll)?(?: \w+){0,3}? (?:assured|told|add|stress|remind|ask"
        r"|urge|recommend|suggest"
        r"|advise|understand|gather|hear|believe|emphasi[sz]e|note|beg|encourage|promise|point out|repeat"
        r"|mention|explain"
        r"|reassure|tell|say|confirm|know|have it from [^,.]{1,60}?)(?: (?:you|everyone|everybody|parents"
        r"|families|all|children"
        r"|pupils|students|here|again|too))*(?:,? that|:)",
        r"(?:please )?(?:note|remember|know|bear in mind|be aware|be assured|rest assured|be clear"
        r"|don['’]t forget)(?: also| too)?,? that",
        r"(?:it is|it['’]s) (?:also |well )?(?:worth|important|good|useful|right|helpful)(?: \w+){0,3}"
        r" (?:knowing|to know|saying|to say|noting|to note|remembering|to remember|stressing|to stress) that",
        r"(?:you|parents|carers|children|pupils|students|families|readers|members) (?:should|must|need to"
        r"|may like to|will want to|ought to)"
        r" (?:also )?(?:know|note|remember|be aware|bear in mind|understand) that",
        r"(?:the (?:truth|fact|point|good news|rule|thing|answer)(?: is)?|make no mistake|in fact|in truth"
        r"|in short|fact|truth)"
        r"(?: is)?(?:,? that|:|,)",
        r"it (?:goes without saying|follows|is (?:also )?(?:the case|true)) that",
        r"did you know(?: that)?|(?:may|can|let) (?:i|we|me|us) introduce(?: you to)?|have you (?:met|heard of)"
        r"|you see,|mind you,",
    )
    + r"\s+",
    re.IGNORECASE,
)
# A question that tells rather than asks.
TELLING_RAW = re.compile(
    r"^(?:did you know|(?:may|can) (?:i|we) (?:introduce|remind|tell|assure)|have you met|(?:would|could"
    r"|will) you (?:please|kindly)"
    r"|(?:so )?(?:why not|how about) )",
    re.IGNORECASE,
)
LEADING_RAW = re.compile(
    r"^(?:no|yes|yeah|nope|well|sorry|actually|of course|absolutely|never fear|not at all|oh|hi|hello)\b"
    r"(?=,|\s*[–—-]|!|;)",
    re.IGNORECASE,
)

# What denies, and what only looks as though it did.
DENYING = re.compile(
    r"\b"
    + _any(
        r"not|no one|no|never|nobody|none|nothing|neither|nor|nowhere|unable|impossible|hardly|barely|rarely|seldom",
        r"refuses?|refused|refusing|declines?|ceased?|stopped|fails?|too busy|exempt|excluded?|excluding",
        r"stops (?:taking|accepting|reading|dealing|protecting|helping)",
        r"turn(?:s|ed|ing)? (?:\w+ )?(?:away|down)|reject(?:s|ed|ing)?|rul(?:es|ed) out|off limits"
        r"|out of bounds|no go|disallow(?:s|ed)?",
        r"barred|bars|debar(?:s|red)?|forbids?|lacks?|without (?:any )?(?:means|way|power) (?:of|to)",
        r"on no account|by no means|in no way|under no circumstances|at no (?:time|point|stage)|no longer"
        r"|not any ?more",
        r"untrue|false|myth|incorrect|mistaken|forbidden|prohibited|banned|rather than|instead of|closed to",
        r"(?:outside|beyond)(?= (?:\w+ ){0,3}(?:remit|scope|role|job|powers|what|responsibilit\w+)\b)",
    )
    + r"\b"
)
HARMLESS = re.compile(
    r"\b"
    + _any(
        r"no matter|not (?:only|just|merely|simply|sure|certain|least|alone)|no doubt|why not|if not|or not",
        r"(?:do|does|need|should|must) not (?:hesitate|wait|delay|worry|feel|panic|let|suffer|forget|sit on)",
        r"(?:do|does|need|should|must) not be (?:afraid|ashamed|scared|shy|embarrassed|put off|silent)",
        r"(?:do|does|need|should|must) not (?:keep (?:it|this|quiet|things)|(?:have|need) to wait|put (?:it"
        r"|this) off)",
        r"no need to (?:wait|worry|be)|never (?:need to|have to) wait|(?:not|never) your fault",
        r"never too (?:late|young|small|early)|not too (?:late|young)",
        r"(?:no|nothing|nobody|none|never) (?:\w+ ){0,4}too "
        r"(?:small|silly|young|little|minor|trivial|early|late|big|old)",
        r"nothing to (?:lose|hide|fear|be)|no time|no fewer|no one else|nobody else",
        r"(?:can|will|would|could|must|should|may|does|do|is|are) not (?:wait|be (?:left|delayed|put off"
        r"|postponed)|hold|hang)",
        r"(?:can|will|would|could|may|does|do) not keep(?! (?:you|child\w*|young\w*|kids?|people|pupils?|them"
        r"|any\w*|your?|an?|the|us|it|every\w*)\b)",
        r"(?:brooks?|brooking|admits? of|permits?|allows?) (?:of )?no delay|(?:not|no) (?:a )?(?:moment|minute"
        r"|second|time) to (?:lose|spare|waste)",
        r"(?:not|no) time (?:to|for)|no (?:difference|odds|matter|minimum|delay|later than|sooner|less"
        r"|exceptions?|ifs|question|mistake|problem|small|ordinary|ends?)",
        r"not least|none other|no one but|nobody but|no more than|(?:none|nothing"
        r"|not) (?:\w+ ){0,4}(?:replaces?|displaces?|overrides?)",
        r"(?:not|no) (?:\w+ )?(?:report|referral|case|child|one|word|message|account|form|person|thing"
        r"|pupil) (?:\w+ ){0,3}"
        r"(?:that |which |who |whom )?(?:they|it|ceop|is|are|goes|gets|does|will|the team) (?:\w+ ){0,2}not",
        r"(?:not|no) (?:\w+ ){0,2}(?:go|goes|pass|passes|slip|slips|left|remains?) (?:\w+ )?un\w+",
        r"not (?:in|at) school|not know (?:what|who|how|where|whether)|not (?:feel|want|wait|be left|get on)",
        r"not (?:yet )?(?:had|reached|turned)|who (?:\w+ ){0,2}not",
        r"(?<=\w )(?<!said )(?<!says )(?<!means )(?<!think )(?<!thinks )(?<!so )(?<!but )(?<!and )(?<!sure )(?<!know )"
        r"(?:that|which|who) (?:is|are|was|were|do|does|have|has|can|could) not",
    )
    + r"\b"
)

# Answers, verdicts, myths and what is only told.
_UNTRUE = _any(
    r"a (?:mistake|misunderstanding|misconception|fallacy|fib|lie|myth)|not (?:true|so|right|correct|the case)",
    r"false|untrue|wrong|incorrect|nonsense|mistaken|out of date",
)
SAYS_NO = re.compile(
    "^"
    + _any(
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
    + _any(
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
    + _any(
        r"(?:this|that|it|which|all of this|both) (?:is|was|are) "
        rf"(?:(?:simply|just|completely|quite|now) )?{_UNTRUE}\b",
        r"(?:not true|false|wrong|untrue|myth|nonsense|incorrect|not so)$",
    )
)
FALSE_LABEL = re.compile(
    "^"
    + _any(
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
    r"^(?:(?!(?:they|it|you|he|she|we|this|that|there) )\w+ ){2,7}(?:is|are|can|do|does|will|may|must) not$"
)
# What sets a clause against the one before it, and what concedes something before the point is made.
CONTRASTS = re.compile(
    r"^(?:(?:and|or) )?(?:but|however|yet|now|these days|nowadays|today|instead|in fact|actually|in truth"
    r"|since then)\b"
)
CONCEDES = re.compile(r"^(?:although|though|while|whereas|contrary to|despite|whatever)\b")
LONE_LABEL = re.compile(r"^(?:myth|fiction|fact|truth|reality|rumour|tall tale)(?: \d+| number \w+)?$")
HEARSAY = re.compile(
    r"\b"
    + _any(
        r"(?:some|many|most|other|a few) (?:people|parents|children|pupils|kids|students|of you|of us|families)? ?"
        r"(?:say|think|believe|claim|assume|will tell you|tell you|imagine|worry)",
        r"people (?:(?:often|sometimes) )?(?:say|think|believe|claim|assume)",
        r"you (?:may|might) (?:have heard|think|hear|read)",
        r"(?:it is|there is) (?:a )?(?:common|popular|widespread)? ?"
        r"(?:myth|rumour|misconception|misunderstanding|often said|sometimes said)",
        r"(?:contrary to|despite|ignore|forget) (?:the |any |what )?(?:rumours?|myths?|popular|belief|what)",
        r"(?:i|we|he|she|they) (?:had )?(?:thought|assumed|imagined|believed|feared|supposed|used to think)",
        r"(?:used to|formerly|previously|once) (?:be|take|deal|say|read|accept|allow|handle|could)",
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
    r"|listens?|helps?|deals?|protects?|checks?) \w[\w ]*\w$"
)
# A question told rather than put; its answer follows.
ASKED = re.compile(
    r"^(?!(?:if|when|whenever|should|where|unless) )(?:(?!(?:ceop|they|it|form|advis[eo]rs?|officers?"
    r"|be) )\w+ ){1,7}?"
    r"(?:ask|asks|asked|wonder|wonders|wondered|wondering|(?:want|wants|wanted) to know|enquired?|queried|querying)"
    r" (?:(?:me|us|them|him|her|staff|myself|ourselves|often|recently|(?:at|in|by|on) (?:\w+ ){1,2}|the \w+) ?){0,3}"
    r"(?:if|whether|how|what|who|why|(?:do|does|can|could|must|will|would|should) (?:you|they|we|i|it|ceop|my"
    r"|your))\b"
)
# Where the sentence that told a question goes on to answer it.
SELF_ANSWER_RAW = re.compile(r"\s*(?:;|:| [–—-])\s*(?=(?:it|they|you|he|she|no|yes|the|never|not)\b)", re.IGNORECASE)
ASKS = re.compile(
    r"^(?:can|is|are|do|does|will|should|must|may|could|would|who|what|when|where|why|how|which) "
    + _any(
        r"i|you|we|they|it|the|a|an|my|your|child|children|reports?|anyone|anybody|people|this|there",
        r"happens|is|are|can|do|does|should|will|old|much|long|to",
    )
    + r"\b"
)

# The ends of sentences, and the labels before colons.
END_RAW = re.compile(
    r"(?:(?<![?!])[?!]++[\"'”’)\]]*+(?=\s+[a-z]))|(?:(?<=[a-z]{3})\.(?=\s+[a-z]))|"
    r"(?:(?<![.!?…])[.!?…]++[\"'”’)\]]*+)(?=\s+[\"'“‘(\[]?[^\sa-z]|\s*$|\s*\n)|\n+"
)
NO_END_RAW = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|St|Rev|Prof|Sgt|Tel|Ext|e\.g|i\.e|etc|vs|approx|incl|Rd|Ave)|\b[A-Z])\.$"
)
WRAPPED_RAW = re.compile(r"[a-z,]\n(?=[a-z])|,\n(?=[A-Z])")
LABEL_RAW = re.compile(r"^\W{0,3}([A-Z0-9][^.:?!\n]{0,48}?)\s*:\s+(?=\S)")
LABEL_DASH_RAW = re.compile(
    r"^\W{0,3}(?i:(myth|fact|fiction|truth|reality|false|true|q|a|question|answer|wrong|right))\s*(?:\d\s*)?"
    r"[–—.:)-]+\s+(?=\S)"
)
HAS_VERB = re.compile(
    r"\b(?:is|are|was|can|will|does|do|has|have|should|must|may|takes|helps|tells?|says|need)\b(?! not true)"
)

# Who speaks or is spoken of.
OURS = re.compile(r"\b(?:ours|our (?:own|school|club|church|academy|parish))\b")
OURSELVES = re.compile(
    r"^(?:(?:and|but|so|also|please|at \w+|in \w+|here|here at \w+) )*"
    + _any(
        r"we(?! (?:\w+ )?(?:would (?:like|ask|prefer|rather)|like|ask|want|prefer|recommend|suggest|advise|urge"
        r"|encourage|think|believe|strongly)\b)|us|our \w+|i|my",
        r"(?:the|this) (?:school|academy|club|church|parish|nursery|surgery|council|governors?)",
        r"(?:the|this) (?:head|headteacher|office|trust|college|team at)|mr|mrs|miss|ms|dr|teachers",
        r"governors|staff(?! (?:there|at ceop|behind|working there|who|of ceop|in it)\b)",
    )
    + r"\b"
)
WE_DO = re.compile(r"\bwe(?: (?:also|all|can|will|always|often|do|have|shall|must|to))* $")
COMPARED = re.compile(
    _any(
        r"unlike|as opposed to|in contrast to|compared (?:to|with)|rather than|instead of|other than|apart from"
        r"|except",
        r"not|similar to|like",
    )
    + r"(?: (?:to|with|by|for|from|at|via|through|the|contact|tell|call))* $"
)
CLEFT = re.compile(r"^(?:(?:and|but) )?it (?:is|was) (?:not )?.* (?:that|who|whom)\b")
POINTS_BACK = re.compile(r"^(?:(?:and|but|so|also) )?(?:it|they|this|which|who|its|their|these|those)\b")
THE_FORM = re.compile(
    r"\b(?:the|this|that) (?:\w+ )?(?:button|badge|icon|form|link|service|logo)\b(?! (?:on|in|at) our\b)"
)
GOES_ON = re.compile(r"\b(?:they|them|their|it|this|the button|the form|reports?|reporting|happens? next|who reads)\b")
# What a text about reporting cannot do without: whoever reports, is reported to, or what is reported.
OF_REPORTING = re.compile(
    r"\b"
    + _any(
        r"reports?|reported|reporting|referrals?|referred|submissions?|submitted|submit|the forms?|online form"
        r"|buttons?|badges?|icons?|logos?|symbols?",
        r"they|them|their|theirs|it is|its|these people|the team|service|site|web ?site|click|clicks|clicking"
        r"|press|pressing|tap|tapping",
        r"advis[eo]rs?|specialists?|experts?|detectives?|agency|command|police|999|on ?line|internet|the (?:web"
        r"|net)|apps?|games?|cyber\w*",
        r"abus\w+|groom\w*|sexual\w*|exploit\w*|(?:in|at) (?:\w+ ){0,2}(?:danger|risk)|names?|who you are"
        r"|identity|nameless|incognito",
        r"you (?:send|tell|say|write|report|are|can|must|may|have|need|do|will|would|could|should|get|want)"
        r"|your (?:report|name|words?|message|worry|story|child|account)|tell",
        r"why you|signs?|pictures?|(?:made|designed|created|built|developed|meant|intended|drawn up|written"
        r"|set up|put together) (?:\w+ )?(?:for|with)",
        r"who (?:\w+ ){0,2}(?:was|were|is|are) (?:\w+ )?(?:made|designed|created|built|developed|meant"
        r"|intended)|seriously|grown ups?|trust",
        r"out of hours|at (?:night|weekends)|concerns?|allegations?|communications?|anything sent|what (?:is"
        r"|was) sent|urgent|too (?:young|little|small|old)",
    )
    + r"\b"
)
# Somebody else who does it or is told of it, and what would show that the service is meant all the same.
OTHER_AGENT = re.compile(
    r"\b"
    + _any(
        r"(?:by|from|(?:made|left|given|sent|handed|addressed) (?:\w+ )?to) (?:(?:the|our|your|a|an"
        r"|one of (?:the|our)) )(?:\w+ ){0,2}?"
        + _any(
            r"lifeguards?|coach(?:es)?|directors?|caretaker|bursar|matron|chaplain|warden|librarians?|secretary"
            r"|clerk|diocese",
            r"governors?|trustees?|committee|judges?|referee|umpire|treasurer|tutors?|office|reception"
            r"|headteacher|head|dean",
            r"welfare officer|club|school|academy|church|parish|stewards?|council|site manager|instructors?"
            r"|captain|producer",
        )
        + r"(?: \w+)?",
        r"report\w* (?:\w+ ){1,5}to (?:the|our|your|mr|mrs|miss|ms|a) "
        r"(?!(?:police|nca|agency|command|team|button|form|child protection|advis\w+)\b)\w+",
    )
    + r"\b"
)
BY_NAME_RAW = re.compile(
    r"\bby (?!CEOP|NCA|Click)[A-Z][a-z]+|^\W*(?:Mr|Mrs|Ms|Miss|Madame|Mme|Dr|Coach|Canon|Revd?|Sister|Father"
    r"|Brother|Captain)\b\.? [A-Z]"
)
STRONG = re.compile(
    r"\b(?:reports?|referrals?|forms?|buttons?|badges?|icons?|they|them|their|it|its|advis[eo]rs?"
    r"|control centre|agency|safety centre)\b"
)
OTHER_SUBJECT = re.compile(
    r"\b"
    + _any(
        r"(?:in|at) school|our (?:school|own|safeguarding|pastoral|policy|team)|who s who|who is who|contact us",
        r"news|diary|services this week|quick links|complaints?|bullying policy|anti bullying|worry box|term dates",
        r"meet the|about us|opening|staff|governors?|uniform|lettings|menus?|events?",
    )
    + r"\b"
)
