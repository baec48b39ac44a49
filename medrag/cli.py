"""The ``medrag`` command: parse, call one function, show.

Heavy imports stay inside the commands, so that ``medrag --help`` answers at once.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from medrag import __version__
from medrag.errors import InputError, MedragError

if TYPE_CHECKING:
    from medrag.knowledge import Knowledge
    from medrag.messages import Language
    from medrag.settings import Settings
    from medrag.types import Advice, Case, Evidence, Patient

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help="Treatment advice a clinician can check: cited from guidelines, checked against the patient.",
    epilog='Start here: `medrag index build`, then `medrag ask "..." --patient patient.json`.',
)

PatientFiles = Annotated[
    list[Path] | None,
    typer.Option("--patient", "-p", help="A patient file (JSON, FHIR, PharmCAT, note, ...); give it again for more."),
]
IndexDir = Annotated[Path | None, typer.Option("--index", help="Index directory.")]
Model = Annotated[str | None, typer.Option("--model", help="Model to serve: a bundled one, a path or a hub id.")]
ModelUrl = Annotated[str | None, typer.Option("--model-url", help="Use this OpenAI-compatible server.")]
Grounding = Annotated[str | None, typer.Option("--grounding", help="`quote` (verbatim) or `cite` (free wording).")]
FilterWords = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="field=value (strength=strong, grade=high, year_from=2015, organisation=NICE, ...); give it again for "
        "more. Superseded passages need asking for (status=superseded).",
    ),
]
OnePerson = Annotated[
    bool, typer.Option("--one-person", help="The files and the question are of one person though they seem not to be.")
]
Reader = Annotated[
    str | None,
    typer.Option("--language", help="What the answer is said in: `en` or `zh`; else the question's own language."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


ALLOCATIONS_A_COLLECTION = 500_000
"""What a command reads at its start stays to its end: collecting sooner would go over all of it for nothing."""

# What is missing of these is a fault, and no package to install.
OWN_PACKAGES = frozenset({"medrag", "index", "sft", "eval"})


def main() -> None:
    """Runs the command; medrag's own errors become one line and exit status 2."""
    gc.set_threshold(ALLOCATIONS_A_COLLECTION)
    if not _is_own(sys.argv[1:]):
        _mount_commands()
    try:
        app()
    except MedragError as error:
        _fail(str(error))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in OWN_PACKAGES:
            raise
        _fail(f"this needs the package {error.name}: pip install 'medrag[cpu]', or 'medrag[gpu]' where there is a GPU")
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)


@app.command(
    epilog='Examples: `medrag ask "Which drug first for his hypertension?" --patient bundle.json` · '
    '`medrag ask "..." --server http://127.0.0.1:8000`'
)
def ask(
    question: Annotated[str, typer.Argument(help="The clinical question.")],
    patient: PatientFiles = None,
    filters: FilterWords = None,
    server: Annotated[str | None, typer.Option(help="Ask a running medrag server instead of starting one.")] = None,
    index: IndexDir = None,
    model: Model = None,
    model_url: ModelUrl = None,
    grounding: Grounding = None,
    one_person: OnePerson = False,
    language: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Ask one question about one patient and print the cited, checked advice."""
    from medrag.rendering import advice_in, render

    reader = _reader(language, question)
    case = _case(question, patient, filters, one_person=one_person)
    if server:
        advice = _ask_server(server, case)
    else:
        flags = {"index": index, "model": model, "model_url": model_url, "grounding": grounding}
        advice = asyncio.run(_ask_here(_settings(**flags), case))
    advice = advice_in(advice, reader)
    print(advice.model_dump_json(indent=2) if as_json else render(advice, reader))


@app.command(
    epilog='Examples: `medrag search "gout flare in chronic kidney disease" -k 5` · '
    "`medrag search gout --filter strength=strong --filter year_from=2015` · "
    "`medrag search gout --filter status=current --filter status=superseded` · "
    "`medrag search --index my-index --queries questions.jsonl -k 10 --json`"
)
def search(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    queries: Annotated[Path | None, typer.Option(help="JSON lines of {id, query}; answers come as JSON lines.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Passages for each query.")] = 5,
    filters: FilterWords = None,
    encoder: Annotated[str | None, typer.Option(help="The encoder the index was built with.")] = None,
    index: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Search the index; no model and no GPU needed."""
    from medrag.retrieval.batch import BatchQuery, read_filters, read_queries, search_line
    from medrag.retrieval.question.query import condensed
    from medrag.retrieval.retriever import Retriever

    if (query is None) == (queries is None):
        raise InputError("give either a query or --queries FILE")
    settings = _settings(index=index, encoder=encoder)
    wanted = read_filters(filters or [])
    retriever = Retriever.open(settings.index_dir, settings.encoder, settings.milvus_secret)
    asked = read_queries(queries) if queries else [BatchQuery(id="query", query=_not_empty(query or "", "query"))]
    for each in asked:
        if as_json or queries:
            print(search_line(retriever, each, _knowledge(settings), k=k, filters=wanted), flush=True)
        else:
            found = retriever.nearest(condensed(each.query, _knowledge(settings)), k=k, filters=wanted)
            _show_passages(found, graded=wanted.by_grading)


@app.command(epilog="Example: `medrag serve --port 8000`, then point any OpenAI client at http://127.0.0.1:8000/v1")
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    index: IndexDir = None,
    model: Model = None,
    model_url: ModelUrl = None,
    adapter: Annotated[Path | None, typer.Option(help="LoRA adapter served in the model's place.")] = None,
    vllm_port: Annotated[int | None, typer.Option(help="Port of the vLLM child.")] = None,
    grounding: Grounding = None,
    without_keys: Annotated[
        bool | None, typer.Option("--without-keys", help="Listen beyond this machine although nobody needs a key.")
    ] = None,
    release: Annotated[str | None, typer.Option(help="`statement`: each once vetted; `whole`: all at the end.")] = None,
) -> None:
    """Serve the OpenAI-compatible API, starting (and watching) vLLM unless --model-url names a server."""
    from medrag.server.run import serve as run_server

    run_server(
        _settings(
            host=host,
            port=port,
            index=index,
            model=model,
            model_url=model_url,
            adapter=adapter,
            vllm_port=vllm_port,
            grounding=grounding,
            without_keys=without_keys,
            release=release,
        )
    )


@app.command(epilog="Examples: `medrag doctor` · `MEDRAG_PORT=9000 medrag doctor --json`")
def doctor(
    index: IndexDir = None,
    model: Model = None,
    model_url: ModelUrl = None,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with this set-up and say what to do; status 1 when anything stands in the way."""
    from dataclasses import asdict

    from medrag.doctor import examine, render

    results = examine(_settings(index=index, model=model, model_url=model_url))
    print(json.dumps([asdict(each) for each in results], indent=2) if as_json else render(results))
    if any(each.state == "failed" for each in results):
        raise typer.Exit(1)


@app.command(epilog="Example: `medrag patient bundle.json pharmcat.report.json note.txt --json`")
def patient(
    files: Annotated[list[Path], typer.Argument(help="Any mix of the formats medrag reads, or folders; merged.")],
    one_person: OnePerson = False,
    as_json: AsJson = False,
    batch: Annotated[bool, typer.Option("--batch", help="Many patients: a JSON line for each, not merged.")] = False,
) -> None:
    """Show what medrag understands of a patient."""
    from medrag.patient.formats.structured import written
    from medrag.patient.report import report

    if batch:
        _each_patient(files)
        return
    known = _load_patient(files, one_person=one_person)
    print(json.dumps(written(known), indent=2, ensure_ascii=False) if as_json else report(known))


@app.command(epilog="Examples: `medrag calc` lists them · `medrag calc curb_65 --patient p.json`")
def calc(
    name: Annotated[str | None, typer.Argument(help="The score or equation; none lists them.")] = None,
    patient: PatientFiles = None,
    as_json: AsJson = False,
) -> None:
    """Compute a score or an equation from a patient's record, with its inputs, or say why it is refused."""
    from datetime import UTC, datetime

    from medrag.patient.measures.calculation import compute, declared, named, render

    if name is None:
        for each in declared(_knowledge()):
            print(each.model_dump_json() if as_json else f"{each.name:34} {each.title}; {each.population}".rstrip("; "))
        return
    if not patient:
        raise InputError(f"{named(name, _knowledge())} is computed from a record; give --patient FILE")
    found = compute(name, _load_patient(patient, one_person=False), datetime.now(UTC).date(), _knowledge())
    print(found.model_dump_json(indent=2) if as_json else render(found))


@app.command(epilog='Example: `medrag check --patient p.json --advice "Start amoxicillin 500 mg three times daily."`')
def check(
    patient: PatientFiles = None,
    advice: Annotated[str | None, typer.Option(help="The advice to check.")] = None,
    question: Annotated[str | None, typer.Option(help="The question: emergencies and what is declined.")] = None,
    cases: Annotated[Path | None, typer.Option(help="JSON lines of {id, patient, advice, question}.")] = None,
    one_person: OnePerson = False,
    language: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Run the safety filter alone over somebody's advice; no model, no index, no vLLM."""
    from medrag.local import judges
    from medrag.safety.check_cases import check_advice, check_file, render_result

    if (advice is None and question is None) == (cases is None):
        raise InputError("give either --advice TEXT (or --question TEXT) or --cases FILE")
    settings = _settings()
    asked = bool(question) or (cases is not None and _asks(cases))
    learned = judges(settings, _knowledge(settings), partial(print, file=sys.stderr), asked=asked)
    if cases:
        for line in check_file(cases, settings.knowledge_dir, learned, _reader(language, "")):
            print(json.dumps(line, ensure_ascii=False))
        return
    reader = _reader(language, f"{question or ''} {advice or ''}")
    known = _load_patient(patient, question or "", one_person=one_person) if patient else None
    result = check_advice(
        "advice",
        known,
        advice or "",
        settings.knowledge_dir,
        question=question or "",
        one_person=one_person,
        learned=learned,
        language=reader,
    )
    print(json.dumps(result, ensure_ascii=False) if as_json else render_result(result, reader))


def _asks(cases: Path) -> bool:
    """Whether a case may hold a question: only then are the encoders loaded."""
    return cases.is_file() and b'"question"' in cases.read_bytes()


def _version(value: bool) -> None:
    if value:
        print(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    del version


def _is_own(arguments: Sequence[str]) -> bool:
    """Whether the command is one of this module's, which need none of the groups."""
    own = {each.name or (each.callback.__name__ if each.callback else "") for each in app.registered_commands}
    return bool(arguments) and arguments[0] in own


def _mount_commands() -> None:
    """Adds the groups of sub-commands: this package's, and those the distribution's others declare as entry points."""
    from medrag.curation.cli import knowledge
    from medrag.generation.cli import model
    from medrag.server.cli import audit, db, feedback, mcp

    groups = {"audit": audit, "feedback": feedback, "db": db, "knowledge": knowledge, "model": model}
    for name, group in groups.items():
        app.add_typer(group, name=name)
    app.command(epilog="Examples: `medrag mcp` in an agent's configuration · `medrag mcp --http --port 8000`")(mcp)
    for point in sorted(entry_points(group="medrag.commands"), key=lambda each: each.name):
        app.add_typer(point.load(), name=point.name)


def _settings(**flags: Any) -> Settings:
    from medrag.settings import load

    return load(**flags)


def _knowledge(settings: Settings | None = None) -> Knowledge:
    """The knowledge in force: the bundled one with the user's own."""
    from medrag.knowledge import load

    return load((settings or _settings()).knowledge_dir)


def _case(question: str, patient: list[Path] | None, filters: list[str] | None, *, one_person: bool) -> Case:
    from medrag.retrieval.batch import read_filters
    from medrag.types import Case

    asked, wanted = _not_empty(question, "question"), read_filters(filters or [])
    known = _load_patient(patient, asked, one_person=one_person) if patient else None
    return Case(question=asked, patient=known, filters=wanted, one_person=one_person)


def _not_empty(text: str, what: str) -> str:
    if not text.strip():
        raise InputError(f"the {what} is empty")
    return text


def _show_passages(found: Sequence[Evidence], *, graded: bool) -> None:
    """A passage's first words or, with ``graded``, its sentences of the strength or grade asked for."""
    from medrag.rendering import status_mark

    for item in found:
        passage = item.passage
        heading = ", ".join((passage.title, *passage.section))
        place = f"  {passage.link}" if passage.link else ""
        credit = f"  ({passage.credit})" if passage.credit else ""
        print(f"{item.score:.3f}  {passage.id}  ({heading}){status_mark(passage.status)}{place}{credit}")
        if not graded:
            print(f"       {passage.text[:200]}")
        for sentence in passage.sentences if graded else ():
            print(f"       - {passage.quote(sentence)} ({sentence.strength or '?'}; evidence {sentence.grade or '?'})")


def _each_patient(files: list[Path]) -> None:
    """A line for each patient: its id and record, or what is wrong with it."""
    from medrag.patient.batch import load_each
    from medrag.patient.formats.structured import written

    for each in load_each(files, pharmcat_jar=_settings().pharmcat_jar, knowledge=_knowledge()):
        line = (
            {"error": str(each)} if isinstance(each, Exception) else {"id": each.id, "patient": written(each.patient)}
        )
        print(json.dumps(line, ensure_ascii=False), flush=True)


def _load_patient(files: list[Path], question: str = "", *, one_person: bool) -> Patient:
    from medrag.patient import load

    jar = _settings().pharmcat_jar
    return load(files, None, jar, _knowledge(), question=question, one_person=one_person)


async def _ask_here(settings: Settings, case: Case) -> Advice:
    from medrag.local import running_engine

    async with running_engine(settings, _say) as engine:
        return await engine.recommend(case)


def _ask_server(url: str, case: Case) -> Advice:
    from medrag.client import Client

    with Client(url) as client:
        return client.recommend(case.question, patient=case.patient, filters=case.filters, one_person=case.one_person)


def _reader(named: str | None, said: str) -> Language:
    """The language named, else that of what was said."""
    from medrag.messages import LANGUAGES, primary
    from medrag.reading.languages.gloss import language_of

    if named is None:
        return language_of(said)
    found = next((each for each in LANGUAGES if each == primary(named)), None)
    if found is None:
        raise InputError(f"there are no words in {named}; use one of {', '.join(LANGUAGES)}", param="language")
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _fail(message: str) -> NoReturn:
    print(f"medrag: {message}", file=sys.stderr)
    sys.exit(2)
