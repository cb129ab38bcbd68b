# SPDX-License-Identifier: MIT OR Apache-2.0
"""Run the checks of linkcheck.py all at once, one task for each document.

    greenhost linkcheck_tasks.py --report report.txt
"""

from contextlib import closing

import greenhost
from linkcheck import Database, check_document, find_documents, parse_options, serve, write_report

options = parse_options()
paths = find_documents(options.root, options.limit)
with (
    serve(options.root, options.delay) as site,
    closing(Database(options.report.with_suffix(".sqlite"), len(paths))) as database,
):
    tasks = [greenhost.spawn(check_document, site, path, database, name=path) for path in paths]
    try:
        for task in tasks:
            task.result()
    finally:
        # Ctrl-C, or a check that failed: the others end before the database is closed.
        for task in tasks:
            task.cancel()
        for task in tasks:
            task.join()
    write_report(database, options.report)
