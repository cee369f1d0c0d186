"""The room's pages."""

from __future__ import annotations

from webui.desk import clips, corrections, drafts, listening, livecall, notes, plan, reviews

BLUEPRINTS = tuple(module.blueprint for module in (plan, reviews, drafts, listening, livecall, notes, corrections, clips))
