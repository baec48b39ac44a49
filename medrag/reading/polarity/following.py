"""Words after a drug's name that advise it, warn against it, stop it or only mention it."""

from __future__ import annotations

import re

_LIST = r"(?:\s|,|/|\band\b|\bor\b|\bnor\b|\buse\b|\btherapy\b|\btreatment\b|\bhere\b|\([^)]*\)|§)*+"
_DOSED_LIST = (
    r"(?:\s|,|/|%|§|\([^)]*\)|[\d.,\-–]+(?:mg|mcg|µg|g|units?|mL)?|\b(?:mg|mcg|µg|g|units?|mL|and|or|nor|use|therapy"
    r"|treatment|here|bid|tid|qid|po|prn|once|twice|three times|four times|daily|weekly|every|hours?|at|a|dose|doses"
    r"|oral|iv|day|per)\b)*+"
)
_BE = (
    r"(?:(?:is|are|was|were|should|must|may|can|could|would|will|shall|has|have|being|been|be|to|therefore|also|now"
    r"|generally|usually|strictly|absolutely|best|both|all)\s+)*+"
)
_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|ten|twelve|several|a few|the)"
_SPAN = r"(?:hours?|days?|weeks?|months?|years?|course|doses?)"
_LATER = (
    rf"[^.;§]{{0,25}}?\b(?:(?:in|after|within)\s+(?:about\s+)?{_NUMBER}(?:\s*(?:-|to)\s*\d+)?\s+{_SPAN}"
    rf"|{_NUMBER}\s+{_SPAN}\s+(?:before|prior to|later|from now)|before\s+(?:\w+\s+){{0,2}}(?:surgery|operation"
    rf"|procedure"
    r"|delivery|admission|extraction|biopsy|endoscopy|colonoscopy)|next\s+(?:week|month|year|visit"
    r"|appointment)|eventually"
    r"|if\b(?! (?:\w+ ){0,3}(?:on|tak\w+|receiv\w+|us\w+)\b)|unless|as soon as|in case|once\s+(?:the|she|he|they|it)"
    r"|when\s+(?!start|you start|begin|giv|tak|us|add|on\b)\w+|should\s+(?:the|she|he|they|it|any|bleeding"
    r"|\w+\s+(?:occur"
    r"|develop|rise|fall|appear)))"
)
"""What makes a stop one for later, or for a case that has not come: the drug goes on for now."""
STOPS_LATER = re.compile(_LATER, re.IGNORECASE)
IN_CASE = re.compile(
    r"(?:^|[.;]\s*)(?:if|should|in case|as soon as)\b(?! (?:\w+ ){0,3}(?:on|tak\w+|receiv\w+|us\w+)\b)[^.;]*$",
    re.IGNORECASE,
)
AFTER = re.compile(
    rf"{_DOSED_LIST}{_BE}(?:"
    r"(?P<mentioned>(?:not )?tolerated|ineffective|insufficient|inadequate|unavailable|[- ]?(?:allerg\w+|intoleran\w+"
    r"|hypersensitiv\w+"
    r"|overdose|poisoning|toxicity|deficien\w+|resistan\w+|levels?|concentrations?|withdrawal|use disorder|induced"
    r"|na[iï]ve|responsive"
    r"|failure|exacerbated|sparing|free|associated|related|sensitive|sensitivity|misuse|dependence|exposure|clearance"
    r"|reaction)\b)"
    r"|(?P<recommended>(?:not|never|cannot|\w+n['’]t)\s+(?:to\s+)?(?:be\s+)?(?:\w+ly\s+)?(?:withheld|avoided"
    r"|stopped|omitted|delayed"
    r"|discontinued|denied|refused|feared|ruled out|off limits|contra-?indicated|prohibited|forbidden|interrupted"
    r"|missed|skipped)\b)"
    r"|(?P<avoided>(?<!un)(?<!not )contra-?indicated(?! in (?:the )?absence)|avoided"
    r"|(?:is|are|was|were|should|must|would|could|may|do|does)n['’]t\s+(?:be\s+)?(?:\w+ly\s+)?\w+"
    r"|(?:(?:an?|the)\s+)?(?:poor|bad|wrong|dangerous|unsafe|risky)\s+(?:choice|idea|option|drug|move|step)"
    r"|(?:an?\s+)?(?:mistake|error|folly|no-go|non-starter|hazard|disaster)\b"
    r"|not\s+(?:an?\s+(?:good|safe|wise|suitable)\s+\w+|something|what|the\s+(?:answer|drug|choice|one|way))"
    r"|no\s+(?:place|role|business|part)\b|given\s+a\s+(?:wide\s+berth|miss)"
    r"|off\s+the\s+(?:table|menu|cards)|off-?\s?limits|out\s+of\s+the\s+question|risky|un(?:wise|suitable"
    r"|desirable|advisable)"
    r"|ill-advised|inadvisable|imprudent|precluded|excluded|ruled\s+out|forbidden|barred|banned|vetoed"
    r"|out(?![\w-]|\s+of\b)"
    r"|(?:cannot|can't)\s+(?:be\s+)?\w+"
    r"|(?:not|no\s+longer)\s+(?:to\s+)?(?:be\s+)?(?:\w+ly\s+)?(?:recommended|advised|used|given|combined|taken"
    r"|started|prescribed"
    r"|co-?administered|offered|appropriate|safe|suitable|indicated|needed|necessary|required|warranted|helpful"
    r"|an option|first[- ]line|add(?:ed)?|be)"
    r"|never\s+(?:be\s+)?\w+|unsafe|inappropriate|dangerous|harmful|prohibited)"
    rf"|(?P<stopped>(?:stopped|discontinued|withheld|held|suspended|ceased|withdrawn|replaced|tapered off"
    rf"|paused|ended|finished|lapsed|last\s+(?:taken|used|given))(?!{_LATER})"
    rf"|off(?=\s*(?:[,;.:)&]|$|and\b|for\s+now|until\b|today|tonight|now\b|from\s+(?:today|now|tomorrow)))))",
    re.IGNORECASE,
)
_ASIDES = (
    r"(?:,?\s*(?:in (?:any|whatever|all) forms?|of (?:any|whatever) (?:kind|sort|type)|by any route"
    r"|at any dose|at all"
    r"|[^,.;:\d]{0,30}\bincluded|(?:including|even) [^,.;:\d]{1,40})(?=[\s,]),?\s*)*+"
)
"""Asides that widen the name: "in any form, spray included,"."""
AVOIDED_AFTER = re.compile(
    rf"{_LIST}(?:such as(?:\s|,|§|\band\b|\bor\b)+)?{_ASIDES}(?:(?:for|in|of|during|after)\s[^,;.§]{{1,70}}?\s)?{_BE}"
    r"(?:contra-?indicated|avoided|off-?\s?limits|ruled\s+out|out\s+of\s+the\s+question"
    r"|not\s+(?:to\s+)?(?:be\s+)?(?:\w+ly\s+)?(?:recommended|advised|used|given|combined|taken|started"
    r"|prescribed|offered))",
    re.IGNORECASE,
)
"""A warning farther from the name; asked only where no cue precedes it, so that nothing there advises the drug."""
HARM_AFTER = re.compile(
    r"[^.;\d]{0,100}?\b(?:(?:raises?|increases?|doubles?)\s+(?:the\s+)?(?:risks?|rates?|mortality|bleeding|levels?)"
    r"|(?:can|may|could|will)\s+(?:be|prove)\s+(?:fatal|lethal|deadly|dangerous))\b"
    r"(?!.*\b(?:but|however|still|use|give|start|consider)\b)",
    re.IGNORECASE,
)
"""A sentence about harm, with no dose before its verb and no advice after it; asked only where no cue precedes."""
VERDICT_AFTER = re.compile(
    r"\s*(?:[:|=→]|[-=]>|\s[-–—])\s*(?:(?:status|verdict|advice|action|decision|recommendation|safe"
    r"|allowed)\s*[:=]\s*)?"
    r"(?:avoid|no\b|not\b|(?:do not|don['’]t|never)(?! (?:exceed|stop|discontinue"
    r"|interrupt|crush|chew|split|halve|miss|skip|shake|swallow|drink|drive|lie|(?:take|give|use) more))"
    r"|contra-?indicated"
    r"|stop|hold|discontinue)(?! more than)",
    re.IGNORECASE,
)
"""A verdict set off from the name ("Ibuprofen - avoid", "Ibuprofen | Status: contraindicated")."""
VERDICT_ASIDE = re.compile(
    r"\s*\((?:avoid|contra-?indicated|do not (?:use|give|start|take|prescribe)|not (?:recommended|suitable|safe)"
    r"|stop(?:ped)?|declined)(?! (?:in|with|if|when|during|where|unless|for)\b)",
    re.IGNORECASE,
)
"""One in brackets that binds it to no case ("Ibuprofen (contraindicated)"); asked only where no cue precedes."""
ONLY_ONCE = re.compile(
    r"[^.;]{0,60}?\bonly\b[^.;]{0,60}?\b(?:if|after|once|when|following)\b(?![^.;]*pregnan)"
    r"(?=[^.;]*(?:allerg|skin test|challenge|§))(?=[^.;]*\b(?:negative|disproved?n?|de-?label\w+|refuted|cleared)\b)",
    re.IGNORECASE,
)
"""A drug for the case alone that a test disproves an allergy."""
GIVEN_AFTER = re.compile(
    rf"{_DOSED_LIST}{_BE}(?:preferred|recommended|first[- ]line|safe|given|used|started|indicated"
    rf"|appropriate|reasonable|acceptable|fine|all right|okay|ok|allowed|permitted|an option|added|continued|offered"
    rf"|instead"
    r"|suggested|advised|tried"
    r"|(?:an?|the)(?: \w+)? (?:option|alternative|choice)|options|alternatives)\b",
    re.IGNORECASE,
)
DOSE_NEXT = re.compile(
    r"\s*(?:at\s+)?\d[\d.,]*\s*(?:-|–|to)?\s*[\d.,]*\s*(?:mg|mcg|µg|micrograms?|g|units?|mL)\b", re.IGNORECASE
)
LOOK_AHEAD = 120
THEN = re.compile(r"\b(?:and|then|but)\b|,", re.IGNORECASE)
ARROW_NEXT = re.compile(rf"{_DOSED_LIST}(?:→|-{{1,2}}>|=>|⇒)\s*(?:start\s+)?§")
"""A name that an arrow leads from to another: what is changed for it."""
MEANS = re.compile(
    r"\s+(?:the|a|an|any|further|another|acute|this|her|his|ongoing)?\s*(?!treatment|therapy|use|combination"
    r"|co-?administration|them|it"
    r"|taking|concurrent|concomitant|dos|monotherapy|together|patients?|people|mixing|initiation|interaction)[a-z-]+"
    r"(?:\s+(?!treatment|therapy|use|in\b|of\b|for\b)[a-z-]+)?\s+(?:with|using|by giving|by means of)\s+",
    re.IGNORECASE,
)
