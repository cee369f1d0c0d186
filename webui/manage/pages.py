"""All of the manager's pages, for the application: importing them puts their routes on the blueprint."""

from __future__ import annotations

from webui.manage import (
    alerts,
    appeals,
    archive,
    calibrations,
    coaching,
    dashboard,
    exports,
    figures,
    library,
    mystery,
    observations,
    reviewing,
    trainings,
)
from webui.manage.room import blueprint

PAGES = (alerts, appeals, archive, calibrations, coaching, dashboard, exports, figures, mystery, observations, reviewing, trainings)
BLUEPRINTS = (blueprint, library.blueprint)
