"""Requests in the shapes that chat front ends and harnesses send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from medrag.generation.scripted import ScriptedModel
from medrag.server.routes.openai.front_ends import chore
from medrag.server.routes.requests import ChatRequest
from tests.server.conftest import QUESTION, EngineOf
from tests.server.serving import serving

TALK = f"<chat_history>\nUSER: {QUESTION} She is allergic.\nASSISTANT: Use azithromycin [1].\n</chat_history>"
OPEN_WEBUI: dict[str, Any] = {
    "stream": True,
    "model": "medrag",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}],
    "stream_options": {"include_usage": True},
    "temperature": 0.8,
    "chat_id": "c0ffee",
    "session_id": "abc",
    "features": {"web_search": False},
    "variables": {"{{USER_NAME}}": "someone"},
}
LIBRECHAT: dict[str, Any] = {
    "model": "medrag",
    "user": "66f0aa",
    "stream": True,
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "stop": ["||>", "\nUser:"],
    "messages": [{"role": "user", "content": [{"type": "text", "text": QUESTION}]}],
}
LM_EVAL: dict[str, Any] = {
    "model": "medrag",
    "messages": [{"role": "user", "content": QUESTION, "type": "text"}],
    "max_tokens": 256,
    "temperature": 0,
    "stop": ["Q:", "</s>"],
    "seed": 1234,
}


@pytest.fixture(scope="module")
def url(engine_of: EngineOf) -> Iterator[str]:
    with serving(engine_of(ScriptedModel(["B,C"]))) as base:
        yield base


def contents(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    if not response.headers["content-type"].startswith("text/event-stream"):
        return str(response.json()["choices"][0]["message"]["content"])
    assert response.text.endswith("data: [DONE]\n\n")
    chunks = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"])


@pytest.mark.parametrize("body", [OPEN_WEBUI, LIBRECHAT, LM_EVAL], ids=["open webui", "librechat", "lm-eval"])
def test_their_questions_are_answered(url: str, body: dict[str, Any]) -> None:
    assert "azithromycin 500 mg" in contents(httpx.post(f"{url}/v1/chat/completions", json=body, timeout=60))


CHORES = [
    (
        f'### Task:\nGenerate a concise, 3-5 word title.\n### Output:\nJSON format: {{ "title": "yours" }}\n{TALK}',
        '{"title": "Which antibiotic for streptococcal pharyngitis? She…"}',
    ),
    (
        f'### Task:\nGenerate 1-3 broad tags.\nJSON format: {{ "tags": ["tag1"] }}\n### Chat History:\n{TALK}',
        '{"tags": []}',
    ),
    (
        f'### Task:\nSuggest questions.\nJSON format: {{ "follow_ups": [] }}\n### Chat History:\n{TALK}',
        '{"follow_ups": []}',
    ),
    (
        f'### Task:\nFind search queries.\n### Output:\nReturn in JSON format: \n{{\n "queries": []\n}}\n{TALK}',
        '{"queries": []}',
    ),
    (
        f'### Task:\nComplete the text.\n- Only in JSON format: `{{ "text": "" }}`.\n{TALK}\n<text>Use</text>',
        '{"text": ""}',
    ),
    (
        "Provide a concise, 5-word-or-less title for the conversation, using title case conventions. "
        "Only return the title itself.\n\nConversation:\nUser: Gout in kidney disease?\nAI: Use colchicine.",
        "Gout in kidney disease?",
    ),
]


TITLE = "Which antibiotic for streptococcal pharyngitis?"
TITLES: dict[str, list[tuple[str, str]]] = {
    "with its language": [
        (
            "user",
            f"Analyze this talk and give:\n1. The language of the conversation\n2. A title in it\n\nUser: {QUESTION}",
        )
    ],
    "quoted turns": [
        ("user", f'Write a short title for this conversation.\n||>User:\n"{QUESTION}"\n||>Response:\n"x"')
    ],
    "after the conversation": [
        ("user", QUESTION),
        ("assistant", "Use x"),
        ("user", "Now generate a five word title that sums up our conversation, with no quotation marks."),
    ],
    "in the system message": [
        ("system", "You write a short title from the first message of a conversation."),
        ("user", QUESTION),
    ],
    "a name": [("user", f"From the history, give this conversation a name. No quotes.\n\n```\nUser: {QUESTION}\n```")],
    "a titling assistant": [("system", "You are a chat titling assistant."), ("user", f'User: "{QUESTION}"')],
}
QUESTIONS = [
    "Provide follow-up for his hypertension. He had a session with the dietician.",
    "Give the name of the first-line drug for the topic of our discussion, gout.",
    "What should I write in the chat to the patient about the title of the leaflet?",
    "Summarise the treatment for this patient after our conversation about tags.",
    "In our chat he asked about the title of the study: does colchicine help in gout?",
]


@pytest.mark.parametrize("messages", TITLES.values(), ids=TITLES.keys())
def test_titles_are_known_by_their_kind(engine_of: EngineOf, messages: list[tuple[str, str]]) -> None:
    model = ScriptedModel(["A"])
    body = {"model": "medrag", "messages": [{"role": role, "content": text} for role, text in messages]}
    schema = {"type": "object", "properties": {"language": {"type": "string"}, "title": {"type": "string"}}}
    form = {"type": "json_schema", "json_schema": {"name": "title", "schema": schema}}
    with serving(engine_of(model)) as base:
        assert contents(httpx.post(f"{base}/v1/chat/completions", json=body, timeout=60)) == TITLE
        filled = contents(httpx.post(f"{base}/v1/chat/completions", json=body | {"response_format": form}, timeout=60))
    assert json.loads(filled) == {"language": "", "title": TITLE}
    assert model.seen == []


SYSTEMS = [
    "Be brief.",
    "You help doctors in a chat: give each answer a title.",
    "Begin the conversation on her health with a title.",
]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_clinicians_question_is_no_chore(question: str, system: str) -> None:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    assert chore(ChatRequest.model_validate({"model": "medrag", "messages": messages})) is None
    assert chore(ChatRequest.model_validate({"model": "medrag", "messages": messages[1:]})) is None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("prompt", "answer"), CHORES, ids=["title", "tags", "follow-ups", "queries", "completion", "librechat title"]
)
def test_their_chores_reach_no_model(engine_of: EngineOf, prompt: str, answer: str, stream: bool) -> None:
    model = ScriptedModel(["A"])
    body = {"model": "medrag", "messages": [{"role": "user", "content": prompt}], "stream": stream}
    with serving(engine_of(model)) as base:
        assert contents(httpx.post(f"{base}/v1/chat/completions", json=body, timeout=60)) == answer
    assert model.seen == []


def test_langchain(url: str) -> None:
    langchain = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
    chat = langchain.ChatOpenAI(base_url=f"{url}/v1", api_key="none", model="medrag", temperature=0)
    whole = chat.invoke([("system", "The patient is 34 years old."), ("user", QUESTION)])
    assert "azithromycin 500 mg" in whole.content
    streamed = "".join(chunk.content for chunk in chat.stream([("user", QUESTION)]))
    assert "azithromycin 500 mg" in streamed
    assert whole.usage_metadata["total_tokens"] > 0


LM_EVAL_TASK = """
task: antibiotics
dataset_path: json
dataset_kwargs: {{data_files: {{test: {questions}}}}}
test_split: test
output_type: generate_until
doc_to_text: "{{{{question}}}}"
doc_to_target: "{{{{answer}}}}"
generation_kwargs: {{until: ["Q:"], max_gen_toks: 256}}
metric_list: [{{metric: exact_match, ignore_case: true}}]
"""


def test_lm_evaluation_harness(url: str, tmp_path: Path) -> None:
    """A task of one question, as `lm_eval --model local-chat-completions --tasks ...` runs it."""
    lm_eval = pytest.importorskip("lm_eval", reason="lm-eval is not installed")
    tasks = pytest.importorskip("lm_eval.tasks")
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"question": QUESTION, "answer": "azithromycin"}) + "\n")
    (tmp_path / "antibiotics.yaml").write_text(LM_EVAL_TASK.format(questions=questions))
    results = lm_eval.simple_evaluate(
        model="local-chat-completions",
        model_args={"base_url": f"{url}/v1/chat/completions", "model": "medrag", "tokenizer_backend": None},
        tasks=["antibiotics"],
        task_manager=tasks.TaskManager(include_path=str(tmp_path), include_defaults=False),
        apply_chat_template=True,
        bootstrap_iters=0,
    )
    (sample,) = results["samples"]["antibiotics"]
    assert "azithromycin 500 mg" in sample["resps"][0][0]
