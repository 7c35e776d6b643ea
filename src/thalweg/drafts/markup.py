"""Reading somebody else's XML (KML, GPX): hardened, and by local names.

A document type declaration is refused altogether: none of the formats here needs one, and entities are
how a small file becomes a large one or reads a file of ours. Nothing is fetched. libxml2's own limits on
depth (256) and on the size of one text (10 MB) stay in force.

Names are compared without their namespace, because files in the wild carry any of half a dozen
(`earth.google.com/kml/2.1`, `opengis.net/kml/2.2`, `gx:`) and mean the same elements.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from thalweg.model.errors import InputError

Element = etree._Element  # noqa: SLF001  lxml has no public name for the class of its elements

# libxml2's codes for a prefix that nobody declared: XML_NS_ERR_UNDEFINED_NAMESPACE, and the warning's.
_UNDECLARED_PREFIX = "NS_ERR_UNDEFINED_NAMESPACE"


def parse(data: bytes, name: str) -> tuple[Element, bool]:
    """The root element, and whether a namespace prefix was used without being declared.

    The latter is not well-formed by the letter, is common in hand-edited KML, and does not change what
    the elements say, so such a file is read and the caller flags it. Raises InputError (`xml-broken`,
    `xml-doctype`).
    """
    parser = _parser(recover=False)
    undeclared = False
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        entries = [entry for entry in parser.error_log if entry.level_name != "WARNING"]
        if not entries or any(entry.type_name != _UNDECLARED_PREFIX for entry in entries):
            raise _broken(name, str(error)) from error
        undeclared = True
        root = etree.fromstring(data, _parser(recover=True))
    except (ValueError, LookupError) as error:  # an encoding that does not exist
        raise _broken(name, str(error)) from error
    document = root.getroottree().docinfo
    if document.internalDTD is not None or document.externalDTD is not None or document.doctype:
        raise InputError(
            "xml-doctype",
            f"{name} brings its own document type, which can reach for other files or grow without end. It was not"
            " read: remove the DOCTYPE and try again.",
            file=name,
        )
    return root, undeclared


def local(element: Element) -> str:
    """The name of the element without its namespace; empty for what is not an element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2]


def children(element: Element, name: str = "") -> Iterator[Element]:
    """The child elements, or those of that local name, in document order."""
    for child in element:
        found = local(child)
        if found and (not name or found == name):
            yield child


def child(element: Element, *names: str) -> Element | None:
    """The first descendant along these local names, or None."""
    found: Element | None = element
    for name in names:
        if found is None:
            return None
        found = next(children(found, name), None)
    return found


def text(element: Element | None, *names: str) -> str:
    """The text of the element (or of the descendant along `names`), stripped; empty if absent."""
    found = child(element, *names) if element is not None else None
    return "".join(found.itertext(with_tail=False)).strip() if found is not None else ""


def _parser(*, recover: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True, recover=recover,
    )  # fmt: skip


def _broken(name: str, reason: str) -> InputError:
    return InputError("xml-broken", f"{name} is not well-formed XML: {reason}.", file=name)
