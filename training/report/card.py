"""A version's card: a text with a YAML head, as model hubs read it, and the same metrics as JSON.

They lie beside a version's files and are none of them: the manifest says the same, and no function has to pull them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from functions.lists.ready_lists_scorer import ReadyListsScorer
from warmstart.manifest import Manifest
from warmstart.registry import version_prefix
from warmstart.store import Store

About = Mapping[str, Any]  # fields of a manifest; those that are only known at its seal are not asked for


def put_card(store: Store, manifest: Manifest) -> None:
    """Write `README.md` and `metrics.json` where a version is about to be published."""
    about, prefix = json.loads(manifest.to_json()), version_prefix(manifest.model, manifest.version)
    store.put(f"{prefix}/README.md", card(about).encode())
    store.put(f"{prefix}/metrics.json", json.dumps(metrics_of(about), indent=1).encode())


def card(about: About) -> str:
    """Return the text; it holds no time and no commit, so that equal versions have equal cards."""
    parts = [_head(about), _what(about), _learnt(about), *_measured(about), _settings(about), _limits(about)]
    return "\n\n".join(parts) + "\n"


def metrics_of(about: About) -> dict[str, Any]:
    """Return the metrics with what they were measured on."""
    return {"model": about["model"], "metrics": dict(about["metrics"]), "measured_on": dict(about["measured_on"])}


def _head(about: About) -> str:
    """Write the head; JSON is YAML, and quotes whatever a name may hold."""
    metrics = [{"type": name, "value": value} for name, value in about["metrics"].items()]
    name = about["dataset"].get("name", "unknown")
    result = {
        "task": {"type": "recommendation"},
        "dataset": {"name": name, "type": name},
        "metrics": metrics,
    }
    fields = {
        "library_name": "warmstart",
        "tags": ["recommendation", about["family"], about["algorithm"]],
        "datasets": [name],
        "metrics": [*about["metrics"]],
        "model-index": [{"name": about["model"], "results": [result] if metrics else []}],
    }
    return "\n".join(["---", *(f"{key}: {json.dumps(value)}" for key, value in fields.items()), "---"])


def _what(about: About) -> str:
    kind = "It learns from each user's history" if about["personal"] else "It learns nothing of single users"
    return (
        f"# {_plain(about['model'])}\n\n`{_code(about['algorithm'])}`, served by the family "
        f"`{_code(about['family'])}`. {kind}; who is unknown to it gets "
        f"{'an answer by known features, else ' * (about['params'].get('cold') == 'features')}"
        f"`{_code(about['fallback'])}`.{_ready(about)}"
    )


def _ready(about: About) -> str:
    """Say whose lists these are, where they are lists that a model has made for every user."""
    if about["scorer"] != ReadyListsScorer.name:
        return ""
    of, version = about["params"].get("of"), about["params"].get("version")
    return (
        f" The lists of its users were made ready by `{_code(of)}` version `{_code(version)}`; a history that comes "
        "with a request is only left out of them."
    )


def _learnt(about: About) -> str:
    data = about["dataset"]
    counts = ", ".join(f"{data[name]:,} {name}" for name in ("interactions", "users", "items") if name in data)
    first, last = data.get("time_range") or (None, None)
    when = f", {_plain(first)} to {_plain(last)}" if first else ""
    digest = f" (sha256 `{_code(data['sha256'])}`)" if data.get("sha256") else ""
    refreshed = f"\n\n{_refreshed(data['trend'])}" if data.get("trend") else ""
    aside = _aside(data)
    name = _plain(data.get("name", "unknown"))
    job = about.get("trained_on", {}).get("job")
    spark = about.get("trained_on", {}).get("spark")
    made = f"\n\nTrained by the job `{_code(job)}`." if job else ""
    made += f"\n\nIts vectors or neighbours were learnt by Spark {_plain(spark)}." if spark else ""
    return f"## What it has learnt from\n\n{name}{digest}: {counts or 'not counted'}{when}{aside}.{refreshed}{made}"


def _aside(data: Mapping[str, Any]) -> str:
    """Say what was in the tables and is not learnt from."""
    counts = [*([f"{data['set_aside']:,} bad rows were set aside"] if data.get("set_aside") else [])]
    counts += [f"{count:,} interactions left out by `{_code(key)}`" for key, count in data.get("left_out", {}).items()]
    return f"; {', '.join(counts)}" if counts else ""


def _refreshed(trend: Mapping[str, Any]) -> str:
    first, last = map(_plain, trend["time_range"])
    return (
        f"All that was learnt then is version `{_code(trend['of'])}`'s. Its trend and its fallback are of "
        f"{trend['interactions']:,} interactions, {first} to {last} (sha256 `{_code(trend['sha256'])}`)."
    )


def _measured(about: About) -> Iterator[str]:
    measured = about["measured_on"]
    if not about["metrics"]:
        yield "## How good it is\n\nNot measured."
        return
    fold = measured.get("fold", {})
    cut = f"the last {fold['days']} days" if fold.get("days") else "the last event of each user"
    if fold.get("since"):
        cut = f"what came from {_plain(fold['since'])} on"
    then = "When it was trained: " if about["dataset"].get("trend") else ""
    users = f"{measured.get('users', 0):,} users{_drawn(fold)}"
    yield (
        f"## How good it is\n\nMeasured with the scorer that serves it, on {cut}: {users}, "
        f"without cold users, cold items and items seen before. {_of_what(about['dataset'].get('trend'))}"
    )
    yield _table(about["metrics"], measured.get("baselines", {}), measured.get("paired", {}))
    if abridged := measured.get("abridged"):
        yield (
            f"{then}Its artifact leaves out some of what was learnt. With all of it ndcg@10 is "
            f"{_number(abridged['exact'].get('ndcg@10'))}: {max(abridged['loss'], 0):.2%} are lost"
            f"{_found(abridged.get('recall@10'))}."
        )
    if time := measured.get("time"):
        yield then + _in_time(time)
    if cold := measured.get("cold"):
        answers = " and ".join(f"{_number(found.get('ndcg@10'))} by {name}" for name, found in cold.items())
        yield f"{then}People without a history but with known features, whole users left out: ndcg@10 {answers}."


def _drawn(fold: Mapping[str, Any]) -> str:
    """Say of how many the users were drawn; nothing where all were asked for."""
    people = fold.get("drawn_of")
    return f" drawn of {people:,}" if isinstance(people, int) else ""


def _of_what(trend: Mapping[str, Any] | None) -> str:
    """Say how what was measured and this version differ."""
    if trend is None:
        return (
            "What was measured had not learnt those events; this version has the same settings and has learnt all of "
            "them."
        )
    if why := trend.get("unmeasured"):
        return f"That was before its trend and its fallback were replaced: {_plain(why)}."
    return "It had not learnt those events, and its trend and its fallback were of those before them."


def _in_time(time: Mapping[str, Any]) -> str:
    """Say whether age counts, and why."""
    if off := time.get("off"):
        return f"Age does not count: {_plain(off)}."
    return (
        f"How much age counts was chosen on a fold before that, {time['users']:,} users: ndcg@10 "
        f"{_number(time['score'])} with the best settings of time, {_number(time['score_off'])} without "
        f"(p = {_number(time['p'])}{'' if time['chosen'] else ', so it does not count'})."
    )


def _found(recall: Any) -> str:
    return f", and its lists hold {recall:.1%} of the ten best" if isinstance(recall, (int, float)) else ""


def _table(metrics: Mapping[str, float], baselines: Mapping[str, Any], paired: Mapping[str, Any]) -> str:
    """Write a row for each metric: this model, each baseline, and the difference with its 95 % interval."""
    names = [*baselines]
    beside = [head for name in map(_plain, names) for head in (name, f"above {name} (95 %)")]
    heads = ["metric", "this model", *beside]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for metric, value in metrics.items():
        cells = [
            cell
            for name in names
            for cell in (_number(baselines[name].get(metric)), _difference(paired.get(name, {}).get(metric, {})))
        ]
        lines.append(f"| {' | '.join([_plain(metric), _number(value), *cells])} |")
    return "\n".join(lines)


def _difference(pair: Mapping[str, Any]) -> str:
    if pair.get("difference") is None:
        return "-"
    ends = [pair.get("low"), pair.get("high")]
    interval = "" if None in ends else f" ({' to '.join(f'{end:+.4f}' for end in ends)})"
    return f"{pair['difference']:+.4f}{interval}"


def _settings(about: About) -> str:
    rows = [
        f"| {_plain(name)} | {_plain(value)} |" for name, value in {**about["params"], "seed": about["seed"]}.items()
    ]
    return "\n".join(["## Settings", "", "| setting | value |", "|---|---|", *rows])


def _limits(about: About) -> str:
    measured = about["measured_on"]
    share = measured.get("personal_share")
    own = f" On the fold {share:.0%} of its answers were its own." if about["personal"] and share is not None else ""
    return (
        "## Limits\n\nIt repeats what its users did, their past habits and what was put before them included. It knows "
        f"no item that came after its last event.{own}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _plain(value: object) -> str:
    """Write a text that Markdown takes as it is, on one line."""
    text = " ".join(str(value).split())
    return "".join(f"\\{c}" if c in "\\`*[]<>|#&" else c for c in text)


def _code(value: object) -> str:
    return " ".join(str(value).split()).replace("`", "'")
