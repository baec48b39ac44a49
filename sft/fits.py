"""The commands of ``medrag sft`` that fit what is bundled beside the language model: small judges and orders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

fits = typer.Typer()

_REPOSITORY = Path(__file__).parent.parent
_REQUEST_MODEL = _REPOSITORY / "medrag" / "knowledge" / "rules" / "request_model.json"
_POLARITY = _REPOSITORY / "medrag" / "reading" / "languages" / "en" / "polarity.json"
_WORDINGS = _REPOSITORY / "medrag" / "models" / "minilm-wordings"


def quiet_threads() -> None:
    """Threads that wait without spinning: on a shared machine spinning slows training several times."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")


@fits.command("requests")
def requests_command(
    out: Annotated[Path, typer.Option(help="Where the model goes.")] = _REQUEST_MODEL,
) -> None:
    """Fit the classifier of requests to decline, and measure it on topics it has not seen.

    Example: medrag sft requests
    """
    import json

    from medrag.errors import ConfigurationError
    from medrag.files import write_whole
    from medrag.retrieval import larger_encoder
    from medrag.retrieval.encoder import Encoder
    from medrag.settings import load as load_settings
    from sft.requests.fit import fit, labelled

    larger = larger_encoder.chosen(load_settings(), typer.echo)
    if larger is None:
        raise ConfigurationError(
            "there is a model for the larger encoder too; `medrag model prepare` says how to have it"
        )
    models = []
    for encoder in (Encoder(), larger):
        model, measured = fit(labelled(), encoder)
        models.append(model.model_dump(mode="json"))
        typer.echo(
            f"{encoder.name}: on unseen topics {measured.harmful:.1%} of harmful requests declined "
            f"({measured.kinds:.1%} named rightly, {measured.self_harm:.1%} of self-harm), "
            f"{measured.alike:.1%} of look-alikes, {measured.questions:.1%} of clinicians' questions"
        )
    write_whole(out, json.dumps(models, ensure_ascii=False) + "\n")


@fits.command("polarity")
def polarity_command(
    out: Annotated[Path, typer.Option(help="Where what was learnt goes.")] = _POLARITY,
) -> None:
    """Fit the reading of polarity that stands beside the cues, and measure it on wordings it has not seen.

    Example: medrag sft polarity
    """
    import json
    from dataclasses import asdict

    from medrag.files import write_whole
    from sft.polarity.fit import fit, labelled

    model, measured = fit(labelled())
    write_whole(out, json.dumps(asdict(model), ensure_ascii=False, separators=(",", ":")) + "\n")
    typer.echo(
        f"{out}: in unseen wordings {measured.misread_as_given:.1%} of {measured.given} drugs that the cues misread as "
        f"given are doubted, and {measured.misread_as_not_given:.1%} of {measured.not_given} misread as not given; "
        f"{measured.stops_missed:.1%} of the stops are missed"
    )


@fits.command("wordings")
def wordings_command(
    out: Annotated[Path, typer.Option(help="Where adapter and head go.")] = _WORDINGS,
) -> None:
    """Tune the encoder that reads whether advice gives a drug, and measure it on wordings held out; a quarter hour.

    Example: medrag sft wordings
    """
    quiet_threads()
    from sft.polarity.tune import Tuning, tune

    measured = tune(out, Tuning(), lambda line: typer.echo(line, err=True))
    typer.echo(
        f"{out}: of {measured.drugs} drugs in unseen wordings {measured.right:.1%} are read rightly as given or not "
        f"({measured.right_by_cues:.1%} by the cues); {measured.misread_as_given:.1%} of those that the cues misread "
        f"as given are doubted, and {measured.stops:.1%} of the stops are found"
    )


@fits.command("order")
def order_command(
    index: Annotated[list[Path], typer.Option(help="A question is asked over the first that holds its document.")],
    questions: Annotated[Path | None, typer.Option(help="Written questions; the project's own by default.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the weights go; in place of the bundled ones if not.")] = None,
) -> None:
    """Fit the order of the sentences that search finds, and measure it on documents set aside.

    Example: medrag sft order --index .medrag/index --index my-index --out my-order.json
    """
    quiet_threads()
    from medrag.datasets.questions import read_questions
    from medrag.datasets.splits import split_of
    from medrag.files import write_whole
    from medrag.knowledge import load
    from medrag.retrieval.sentences import ORDER, SentenceRanker
    from medrag.settings import load as load_settings
    from sft.examples.build import corpus_of
    from sft.questions import WRITTEN
    from sft.training.order import Candidates, candidates, fit, score

    asked, facts = read_questions(questions or WRITTEN), load(load_settings().knowledge_dir)
    ranker = SentenceRanker(knowledge=facts)
    lists: list[Candidates] = []
    for each in index:
        corpus = corpus_of(each, facts)
        here = [question for question in asked if corpus.holds(question.doc)]
        asked = [question for question in asked if not corpus.holds(question.doc)]
        typer.echo(f"{each}: reading the candidates of {len(here)} questions, some minutes")
        lists += candidates(corpus, here, ranker)
    aside = [each for each in lists if split_of(each.document) != "train"]
    weights = fit([each for each in lists if split_of(each.document) == "train"], ranker.encoder.hash)
    write_whole(out or ORDER, weights.model_dump_json(indent=1) + "\n")
    typer.echo(f"fitted on {weights.questions} questions, {len(aside)} set aside")
    for count in (1, 3, 6, 24):
        before, after = score(aside, None, count), score(aside, weights, count)
        typer.echo(f"must-recall in the best {count}: {before.recall:.3f} by cosine, {after.recall:.3f} in order")
