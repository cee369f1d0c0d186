"""The pages of this room, and what a worker keeps for all who look at them."""

from __future__ import annotations

from flask import Flask

from webui.live import healthpage, listening, wall

BLUEPRINTS = (wall.blueprint, listening.blueprint, healthpage.blueprint)


def init_live(app: Flask) -> None:
    """Register them, with what is kept."""
    app.extensions["callbox_wall"] = wall.Shared()
    app.extensions["callbox_wall_views"] = wall.Shared()
    app.extensions["callbox_health"] = healthpage.Kept()
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
