"""Words that show who speaks and who is spoken of.

Patterns named `*_RAW` are for text as it stands; all others are for normalised words (see words.py).
"""

from __future__ import annotations

import re

from sgaudit.checks.statements.grammar import either

OURSELVES = re.compile(
    r"^(?:(?:and|but|so|also|please|at \w+|in \w+|here|here at \w+) )*"
    + either(
        r"we(?! (?:\w+ )?(?:would (?:like|ask|prefer|rather)|like|ask|want|prefer|recommend|suggest|advise|urge"
        r"|encourage|think|believe|strongly)\b)|us|our \w+|i(?! (?:\w+ )?would (?:like|ask|urge|advise)\b)|my",
        r"(?:the|this) (?:school|academy|club|church|parish|nursery|surgery|council|governors?)",
        r"(?:the|this) (?:head|headteacher|office|trust|college|team at)|mr|mrs|miss|ms|dr|teachers",
        r"governors|staff(?! (?:there|at ceop|behind|working there|who|of ceop|in it)\b)",
    )
    + r"\b"
)
WE_DO = re.compile(r"\bwe(?: (?:also|all|can|will|always|often|do|have|shall|must|to))* $")
COMPARED = re.compile(
    either(
        r"unlike|as opposed to|in contrast to|compared (?:to|with)|rather than|instead of|other than|apart from"
        r"|except",
        r"not|similar to|(?<!you )(?<!would )(?<!i )(?<!we )(?<!they )like",
    )
    + r"(?: (?:to|with|by|for|from|at|via|through|the|contact|tell|call))* $"
)
CLEFT = re.compile(r"^(?:(?:and|but) )?it (?:is|was) (?:not )?.* (?:that|who|whom)\b")
POINTS_BACK = re.compile(r"^(?:(?:and|but|so|also) )?(?:it|they|this|which|who|its|their|these|those)\b")
THE_FORM = re.compile(
    r"\b(?:the|this|that) (?:\w+ )?(?:button|badge|icon|form|link|service|logo)\b(?! (?:on|in|at) our\b)"
)
GOES_ON = re.compile(
    r"\b(?:they|them|their|it|this(?! (?:week|month|term|half)\b)|the button|the form|reports?|reporting"
    r"|happens? next|who reads)\b"
)
# What a text about reporting cannot do without: whoever reports, is reported to, or what is reported.
OF_REPORTING = re.compile(
    r"\b"
    + either(
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
        r"reads? it|go(?:es)? over|comes? in|files it|scores? it|why you|signs?|pictures?",
        r"(?:made|designed|created|built|developed|meant|intended|drawn up|written|set up"
        r"|put together) (?:\w+ )?(?:for|with)",
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
    + either(
        r"(?:by|from|(?:made|left|given|sent|handed|addressed) (?:\w+ )?to) (?:(?:the|our|your|a|an"
        r"|one of (?:the|our)) )(?:\w+ ){0,2}?"
        + either(
            r"lifeguards?|coach(?:es)?|directors?|caretaker|bursar|matron|chaplain|warden|librarians?|secretary"
            r"|clerk|diocese",
            r"governors?|trustees?|committee|judges?|referee|umpire|treasurer|tutors?|office|reception"
            r"|headteacher|head|dean",
            r"welfare officer|club|school|academy|church|parish|stewards?|council|site manager|instructors?"
            r"|captain|producer",
        )
        + r"(?: \w+)?",
        r"report\w* (?!from )(?:\w+ ){1,5}to (?:the|our|your|mr|mrs|miss|ms|a) "
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
    + either(
        r"(?:in|at) school|our (?:school|own|safeguarding|pastoral|policy|team)|who s who|who is who|contact us",
        r"news|diary|services this week|quick links|complaints?|bullying policy|anti bullying|worry box|term dates",
        r"meet the|about us|opening|staff|governors?|uniform|lettings|menus?|events?",
        r"this (?:week|month|term|half term)|notice ?board|bulletin|reminders?|lost property|in brief|coming up"
        r"|fixtures",
    )
    + r"\b"
)
