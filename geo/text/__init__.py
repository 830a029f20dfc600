"""News text to mentions: reading, recognising, roles and modality."""

from geo.text.document import Document, document_from_text, parse_document, read_document
from geo.text.find import ROLE_LANGUAGES, find_mentions
from geo.text.mentions import Echo, Mention
from geo.text.names import NameFact, NameIndex

__all__ = [
    "ROLE_LANGUAGES",
    "Document",
    "Echo",
    "Mention",
    "NameFact",
    "NameIndex",
    "document_from_text",
    "find_mentions",
    "parse_document",
    "read_document",
]
