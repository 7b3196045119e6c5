"""Each link target of the site, asked once; once more, later, where the first answer proves nothing."""

from sgaudit.probe.documents import linked_from_safeguarding
from sgaudit.probe.verify import verify

__all__ = ["linked_from_safeguarding", "verify"]
