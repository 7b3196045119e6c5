"""Each link target of the site, asked once; once more, later, where the first answer proves nothing."""

from sgaudit.probe.documents import linked_from_safeguarding
from sgaudit.probe.verify import verify
from sgaudit.probe.witness import witness

__all__ = ["linked_from_safeguarding", "verify", "witness"]
