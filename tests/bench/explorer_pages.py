"""What measures inside a browser, and the bare pages that the explorer is held against.

A frame counts once it is made: a message that is sent from its callback is received after it.
"""

import json
from collections.abc import Sequence

WATCH = r"""
(() => {
  const bench = { keys: [], at: {} };
  window.bench = bench;
  let waiting = [], pressed = 0, last = 0;
  const framed = (then) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => then(performance.now());
      port2.postMessage(null);
    });
  const all = (selector) => [...document.querySelectorAll(selector)];
  const answered = (...paths) =>
    performance.getEntriesByType('resource').filter(({ name }) => paths.some((path) => name.includes(path)));
  const answers = (count) => {
    const shown = all('[data-testid=answer][aria-busy=false]:has([data-testid=answer-item])');
    return shown.length === count && all('[data-testid=history-item]').length > 0;
  };
  const stands = {
    answers,
    titles: (count) => answers(count) && all('[data-testid=answer-item] a > .title--id').length === 0,
    result: (word) => answered(`/items?query=${word}&`).length > 0 && all('[role=listbox][aria-busy=false]').length > 0,
  };
  const look = () => {
    const standing = waiting.filter(([what, given]) => stands[what](given));
    waiting = waiting.filter((one) => !standing.includes(one));
    for (const [what] of standing) framed((now) => (bench.at[what] = now));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
  new PerformanceObserver(look).observe({ type: 'resource' });
  bench.wait = (...what) => {
    Object.assign(bench, { keys: [], at: {} });
    waiting = what;
  };
  bench.sinceAnswers = (what) => {
    const needed = answered('/reco/', '/history?limit=50&offset=0').map(({ responseEnd }) => responseEnd);
    return bench.at[what] - Math.max(...needed);
  };
  bench.sinceKey = (what) => bench.at[what] - last;
  addEventListener('keydown', (event) => (pressed = event.timeStamp), true);
  addEventListener('input', () => {
    const key = (last = pressed);
    framed((now) => bench.keys.push(now - key));
  }, true);
  bench.wait(['answers', MODELS], ['titles', MODELS]);
})();
"""
ASK = """
const ask = async (path) => {
  const headers = { authorization: `Bearer ${sessionStorage.getItem("warmstart.token")}` };
  return await (await fetch(path, { headers, cache: "no-store" })).text();
};
"""
ANSWERS = """<!doctype html><title>bare</title><body><script type="module">
ASK
const user = location.hash.split("/")[2].split("?")[0];
for (const [path, kind] of PATHS) {
  const pre = document.body.appendChild(document.createElement("pre"));
  pre.dataset.testid = kind;
  void ask(path.replace("USER", user)).then((text) => {
    const item = pre.appendChild(document.createElement("span"));
    item.dataset.testid = `${kind}-item`;
    item.textContent = text;
    pre.setAttribute("aria-busy", "false");
  });
}
</script>"""
SEARCH = """<!doctype html><title>bare</title><input data-testid="search"><pre role="listbox" aria-busy="false"></pre>
<script type="module">
ASK
const [input, pre] = document.querySelectorAll("input, pre");
let timer;
input.addEventListener("input", () => {
  const query = input.value;
  pre.setAttribute("aria-busy", "true");
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const text = await ask(`items?query=${encodeURIComponent(query)}&limit=20`);
    if (input.value !== query) return;
    pre.textContent = text;
    pre.setAttribute("aria-busy", "false");
  }, 120);
});
</script>"""


def watch(models: Sequence[str]) -> str:
    """Return what goes into every page before its own scripts."""
    return WATCH.replace("MODELS", str(len(models)))


def bare_answers(models: Sequence[str]) -> str:
    """Return a page that asks for what the explorer's page of a user needs, and dumps each answer into a <pre>."""
    paths = [(f"reco/{model}/USER?k=10&explain=true", "answer") for model in models]
    paths.append(("users/USER/history?limit=50&offset=0", "history"))
    return ANSWERS.replace("ASK", ASK).replace("PATHS", json.dumps(paths))


def bare_search() -> str:
    """Return a page with an input that waits as long as the explorer's and dumps what is found into a <pre>."""
    return SEARCH.replace("ASK", ASK)
