"""The small words of English that make a clause: where it ends, what is only a condition, what is denied.

Patterns named `*_RAW` are for text as it stands; all others are for normalised words (see words.py).
"""

from __future__ import annotations

import re


def either(*phrases: str) -> str:
    """One of several expressions."""
    return f"(?:{'|'.join(phrases)})"


_MODAL = (
    r"(?:can|cannot|can['’]t|will|won['’]t|may|must|should|shall|would|could|might|do|don['’]t|does|doesn['’]t"
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
    either(
        r"\s*(?:[;:]|\s[–—-]{1,2}\s|—|\.\.\.|…)\s*",
        r"(?:,\s+|\s+(?=and not ))(?=(?:and )?not (?:by |to |with )?(?:(?:the|your|our|a) )?"
        r"(?:(?-i:[A-Z])\w+|school|head|teachers?|parents?|adults?|grown|council|us|me|you)\b)",
        r",?\s+(?=(?:but|although|though|whereas|however)\s)",
        rf",\s+(?={_CAPITAL}\s+(?:{_MODAL}|takes?|needs?|wants?|asks?|lets?)\b)",
        r",\s*(?=(?:and|or|so|because|while|as|which|who|whom|nor|then|since|yet|for)\s)",
        rf",\s+(?=(?:they|it|you|he|she|we|i|nobody|no one|(?:the|your|our|any|each"
        rf"|every)\s+[\w'’-]+(?:\s+[\w'’-]+)?)\s+{_MODAL}\b)",
        r",\s+(?=(?:staff|pupils|children|parents|carers|adults|teachers|volunteers|leaders|members|students|coaches)\s+"
        rf"(?:\w+\s+)?{_MODAL}\b)",
        rf"\s+(?=(?:and|or)\s+{_VERB}\s)",
        r"\s+(?=(?:and|so|because|while)\s+"
        + either(
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
    + either(
        r"please|then|call|ring|phone|dial|contact|tell|report|press|click|use|do not|don['’]t",
        r"(?:you|they|it|we|i|he|she|one) (?:can|can['’]t|should|must|may|will|would|could|need|needs|have|has"
        r"|had|got|won['’]t|cannot)",
        r"(?:it|he|she) (?:gets|goes|is read|is seen|is taken|takes|needs|matters)|(?:i|we)['’]d (?:ask|urge|like)",
        rf"(?:(?:the|The) )?(?:{_CAPITAL} ){{0,6}}{_CAPITAL} (?:will|can|cannot|can['’]t|won['’]t|should|must"
        rf"|may|hands?"
        r"|pass(?:es)?|refers?|tells?|rings?|phones?|contacts?|calls?|alerts?|looks?|reads?|sees?|takes?|sends?"
        r"|asks?|needs?"
        r"|keeps?|does|has|is|are)",
        r"they['’]ll|you['’]ll|we['’]ll|they (?:always |just |then |still |also |all |deadass |really |\w+ly )?"
        r"(?:tell|think|ring|call|contact|pass|refer|take|read|look|treat|ask|want"
        r"|check|listen|help|decide|assess|get|do|send|let|alert|are)",
        r"(?:you|they)(?: are|['’]re) (?:talking|speaking|reporting|telling|asking|dealing|protected|safe|put"
        r"|helped)",
        r"(?:the|your|a) (?:\w+ ){1,2}(?:will|can|may|must|should|shall|ought|tells|passes|contacts|sees|is|are)",
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
    r"^\w+ing (?!.* (?:is|are|was|were|can|will|must|should|may|has|have) )"
    r"|^(?:such as|for example|for instance|including|perhaps|say|like|e\.g\.) |^(?:or|and) "
    + either(
        r"if |you (?:are|have|feel)|(?:you|they)['’](?:re|ve)|they are|(?:he|she)(?: is|['’]s)",
        r"someone|somebody|anyone|your child|want|feel|are|is|have|has",
    )
    + r"\b",
    re.IGNORECASE,
)
# What a writer says before coming to the point; what follows is the point.
PREAMBLE_RAW = re.compile(
    r"^(?:(?:and|but|so|also|please|just|now)[,\s]+)*"
    + either(
        r"dear [a-z]+(?: (?:and|&) [a-z]+)?,|(?:hello|hi|morning) (?:all|everyone|everybody),",
        r"(?:miss|sir|(?:mr|mrs|ms|miss|pc|dr|rev|father|sister|coach) \w+|(?:my|our) (?:mum|dad|teacher|head|coach))"
        r" (?:says?|said|replied|explained|added|told (?:us|me)|answered|promised|adds|explains|reckons)(?: that)?",
        r"(?:i|we)(?:['’]d|['’]m|['’]ve|['’]re|['’]ll)?(?: (?!no\b|not\b|never\b)\w+){0,3}?"
        r" (?:assured|promised|told|add|stress|remind|ask"
        r"|urge|recommend|suggest"
        r"|advise|understand|gather|hear|believe|emphasi[sz]e|note|beg|encourage|promise|point out|repeat"
        r"|mention|explain"
        r"|reassure|tell|say|confirm|know|have it from [^,.]{1,60}?)(?: (?:you|everyone|everybody|parents"
        r"|families|all|children"
        r"|pupils|students|here|again|too))*(?:,? that|:)",
        r"(?:i|we) (?:gather|hear|understand|believe|think|suppose|find|expect)(?= (?:the|ceop|it|they|their|that|this"
        r"|every|all|no|children|reports?)\b)",
        r"(?:he|she|they|miss|sir|the (?:head|speaker|officer|policeman|policewoman|lady|man))"
        r" (?:says?|said|replied|explained|added|told (?:us|me|them)|answered)(?: that)?,?",
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
ASKS_FIRST_RAW = re.compile(r"^(?:should|were|where)\b", re.IGNORECASE)
LEADING_RAW = re.compile(
    r"^(?:no|yes|yeah|nope|well|sorry|actually|of course|absolutely|never fear|not at all|oh|hi|hello)\b"
    r"(?=,|\s*[–—-]|!|;)",
    re.IGNORECASE,
)

# What denies, and what only looks as though it did.
DENYING = re.compile(
    r"\b"
    + either(
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
SETS_AGAINST = frozenset({"rather than", "instead of"})
HARMLESS = re.compile(
    r"\b"
    + either(
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
        r"no(?:thing|body| one|ne)? (?:\w+ ){0,3}(?:shall|should|must|may|can|will|is to|ought to) (?:\w+ )?"
        r"(?:delay|prevent|stop|replace|hinder|put off|stand in the way|get in the way)",
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
