"""Runs inside doccano's own environment: imports a file into a new project, as an upload does, and
writes what the project then exports.

Arguments: the data base, which is made if it is not there; then the file, and the file to write.
Prints how many lines doccano refused.
"""

import os
import pathlib
import sys

database, *files = map(os.path.abspath, sys.argv[1:])
import backend  # noqa: E402  doccano's own modules stand on top of this one

sys.path.insert(0, str(pathlib.Path(backend.__file__).parent))
os.environ["DATABASE_URL"] = f"sqlite:///{database}"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.development"
os.chdir(os.path.dirname(database))

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402

from data_export.models import ExportedExample  # noqa: E402
from data_export.pipeline import factories as export  # noqa: E402
from data_export.pipeline.dataset import Dataset  # noqa: E402
from data_export.pipeline.services import ExportApplicationService  # noqa: E402
from data_import.datasets import load_dataset  # noqa: E402
from data_import.pipeline.catalog import JSONL, RELATION_EXTRACTION  # noqa: E402
from data_import.pipeline.readers import FileName  # noqa: E402
from projects.models import ProjectType, SequenceLabelingProject  # noqa: E402

if not files:
    call_command("migrate", verbosity=0)
    sys.exit()

source, target = files
user = User.objects.create(username="rina")
project = SequenceLabelingProject.objects.create(
    name="peers", description="", created_by=user, project_type=ProjectType.SEQUENCE_LABELING,
    allow_overlapping=True, use_relation=True)
# The encoding that the upload form offers first: a guess.
dataset = load_dataset(
    RELATION_EXTRACTION, JSONL, [FileName(source, source, source)], project, encoding="Auto")
dataset.save(user)
print(len(dataset.errors))

examples = ExportedExample.objects.filter(project=project)
dataset = Dataset(examples, export.create_labels(project, examples), export.create_comment(examples))
formatters = export.create_formatter(project, JSONL.name)
ExportApplicationService(dataset, formatters, export.create_writer(JSONL.name)).export(target)
