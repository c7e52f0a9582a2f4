"""References in signatures: to the public name of an object, wherever it is defined."""

from __future__ import annotations

import builtins
from importlib import import_module
from typing import Any

from api_pages import documented
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

OUTSIDE = {
    "gymnasium",
    "numpy",
    "np",
    "torch",
    "stable_baselines3",
    "sb3_contrib",
    "typing",
    "collections",
    "abc",
    "pathlib",
}
"""Packages whose documentation is not part of this site, which is built without network."""
UNLINKED = {"Array", "Any", "Pay", "Tensor"}
"""Names in signatures that have no page."""
OURS = {"seq_envs", "seq_agents"}


def _public_names() -> dict[str, str]:
    """From where an object is defined, and from its bare name, to its public name."""
    names = {}
    for public, value in documented().items():
        defined = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
        names[defined] = public
        names.setdefault(public.rpartition(".")[2], public)
    return names


_PUBLIC = _public_names()


def resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.Element) -> Any:
    """A link for a reference that Sphinx cannot resolve, or plain text for a name of another package."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    public = _PUBLIC.get(target)
    if public and public != target:
        domain = env.domains["py"]
        return domain.resolve_xref(env, node["refdoc"], app.builder, "obj", public, node, content)
    package, _, rest = target.partition(".")
    if package in OUTSIDE or target in UNLINKED or (not rest and hasattr(builtins, package)) or _exists(target):
        return content
    return None


def _exists(target: str) -> bool:
    """Whether a dotted name is in one of our packages, although no page documents it: an internal type."""
    module, _, name = target.rpartition(".")
    if module.partition(".")[0] not in OURS:
        return False
    try:
        return hasattr(import_module(module), name)
    except ImportError:
        return False


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("missing-reference", resolve)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
