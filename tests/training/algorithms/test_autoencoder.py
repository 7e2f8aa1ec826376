"""The autoencoder's numbers against their formulas, computed in numpy."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.training.neural.given import some
from training.algorithms.autoencoder import Architecture, Autoencoder
from training.neural.autoencoder import (
    ANNEALED,
    AutoencoderLearner,
)
from training.neural.bags import Bags
from training.neural.posterior import WEIGHTS, WIDE, Posterior, composite_log_density

HIDDEN, FACTORS = 6, 3


def learner(
    architecture: Architecture, *, dropout: float = 0.0, divergence: float = 0.2, binary: bool = True, batch: int = 8
) -> AutoencoderLearner:
    """Return one whose weights are not small, as after learning."""
    torch.manual_seed(3)
    settings = Autoencoder(
        architecture=architecture,
        hidden=HIDDEN,
        factors=FACTORS,
        dropout=dropout,
        divergence=divergence,
        binary=binary,
        batch=batch,
        learning_rate=0.01,
    )
    made = AutoencoderLearner(some(), settings)
    for values in made.network.parameters():
        values.data += 0.2 * torch.randn_like(values)
    return made


def arrays(made: AutoencoderLearner) -> dict[str, NDArray[np.float64]]:
    """Return its weights by name."""
    return {name: values.double().numpy() for name, values in made.network.state_dict().items()}


def loss(made: AutoencoderLearner, users: list[int], noise: NDArray[np.float32], monkeypatch: Any) -> float:
    """Return the loss of some users, with this noise in place of a random one."""
    monkeypatch.setattr(torch, "randn_like", lambda _: torch.from_numpy(noise))
    with torch.no_grad():
        return float(made._loss(Bags.of(made._histories[users], torch.device("cpu"))))


def log_softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return it of each line."""
    found: NDArray[np.float64] = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return found


@pytest.mark.parametrize(("epochs", "annealed"), [(0, 0), (5, 5 / ANNEALED), (2 * ANNEALED, 1)])
def test_the_plain_loss_is_multvae_s(epochs: int, annealed: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Multinomial likelihood and an annealed divergence: formulas 2, 3 and 6 of Liang et al."""
    made, users = learner("plain"), [3, 8, 11, 20]
    steps = epochs * -(-30 // 8)
    made.network.steps.fill_(steps)
    noise = np.random.default_rng(1).normal(size=(4, FACTORS)).astype(np.float32)
    w, x = arrays(made), made._histories[users].toarray().astype(np.float64)
    hidden = np.tanh(x / np.linalg.norm(x, axis=1, keepdims=True) @ w["reader.table"] + w["reader.encoder.offset"])
    mean, log_variance = (
        hidden @ w[f"reader.encoder.{name}.weight"].T + w[f"reader.encoder.{name}.bias"]
        for name in ("mean", "log_variance")
    )
    drawn = mean + noise * np.exp(log_variance / 2)
    likely = (x * log_softmax(drawn @ w["decoder.weight"].T + w["decoder.bias"])).sum(axis=1)
    apart = 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance).sum(axis=1)
    expected = -likely.mean() + 0.2 * annealed * apart.mean()
    assert loss(made, users, noise, monkeypatch) == pytest.approx(expected, rel=1e-5)


def test_divergence_is_annealed_by_epochs_however_few_users() -> None:
    """A batch that is larger than all users is a step an epoch too."""
    made, rng = learner("plain", batch=1_000), np.random.default_rng(1)
    made.epoch(rng)
    assert int(made.network.steps) == 1
    bags = Bags.of(made._histories, torch.device("cpu"))
    with torch.no_grad():
        posterior = made.network.reader(bags)
        now = made._divergence(posterior, posterior.mean, bags, bags.shares)
        made.network.steps.fill_(ANNEALED)
        whole = made._divergence(posterior, posterior.mean, bags, bags.shares)
    assert float(now) == pytest.approx(float(whole) / ANNEALED)


def normal(at: NDArray[np.float64], mean: Any, log_variance: Any) -> NDArray[np.float64]:
    """Return a normal distribution's density."""
    density: NDArray[np.float64] = np.exp(-((at - mean) ** 2) / np.exp(log_variance) / 2) / np.sqrt(
        2 * np.pi * np.exp(log_variance)
    )
    return density


def test_the_composite_prior_is_a_mixture() -> None:
    """Of a standard normal, the posterior of the epoch before and a wide normal, with RecVAE's weights."""
    rng = np.random.default_rng(2)
    at, mean, log_variance = (rng.normal(size=(5, FACTORS)) for _ in range(3))
    parts = (normal(at, 0, 0), normal(at, mean, log_variance), normal(at, 0, WIDE))
    mixed = sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True))
    before = Posterior(torch.from_numpy(mean), torch.from_numpy(log_variance))
    np.testing.assert_allclose(composite_log_density(before, torch.from_numpy(at)), np.log(mixed), rtol=1e-9)
    assert sum(WEIGHTS) == pytest.approx(1)


def test_the_composite_loss_is_that_of_its_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    """The likelihood, and for each item of a history the logarithm of posterior over prior, at what was drawn."""
    made, users = learner("composite"), [5, 10, 23]
    noise = np.random.default_rng(1).normal(size=(3, FACTORS)).astype(np.float32)
    bags = Bags.of(made._histories[users], torch.device("cpu"))
    with torch.no_grad():
        mean, log_variance = (part.double().numpy() for part in made.network.reader(bags))
        old_mean, old_log_variance = (part.double().numpy() for part in made.network.before(bags))
    assert np.abs(old_mean - mean).max() > 1e-3
    drawn = mean + noise * np.exp(log_variance / 2)
    parts = (normal(drawn, 0, 0), normal(drawn, old_mean, old_log_variance), normal(drawn, 0, WIDE))
    prior = np.log(sum(weight * part for weight, part in zip(WEIGHTS, parts, strict=True)))
    apart = (np.log(normal(drawn, mean, log_variance)) - prior).sum(axis=1)
    w, x = arrays(made), made._histories[users].toarray()
    likely = (x * log_softmax(drawn @ w["decoder.weight"].T + w["decoder.bias"])).sum(axis=1)
    expected = -likely.mean() + 0.2 * (x.sum(axis=1) * apart).mean()
    assert loss(made, users, noise, monkeypatch) == pytest.approx(expected, rel=1e-4)


def test_divergence_grows_with_a_history() -> None:
    """The same posterior weighs as often as a history has items."""
    made = learner("composite")
    posterior = Posterior(torch.ones(1, FACTORS), torch.zeros(1, FACTORS))
    found = []
    for user in (2, 5):  # of 3 and of 6 items
        bags = Bags.of(made._histories[user], torch.device("cpu"))
        made.network.before.forward = lambda *_: posterior  # type: ignore[method-assign]
        found.append(float(made._divergence(posterior, posterior.mean + 1, bags, bags.shares)))
    assert found[1] == pytest.approx(2 * found[0])


def test_before_is_the_reader_of_the_epoch_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays as it is through an epoch, is not learnt, and then follows."""
    made, rng = learner("composite"), np.random.default_rng(1)
    made.epoch(rng)
    state = {name: values.clone() for name, values in made.network.reader.state_dict().items()}
    seen: list[bool] = []
    divergence = made._divergence

    def noted(*args: Any) -> torch.Tensor:
        now = made.network.before.state_dict()
        seen.append(all(torch.equal(now[name], values) for name, values in state.items()))
        return divergence(*args)

    monkeypatch.setattr(made, "_divergence", noted)
    made.epoch(rng)
    assert seen == [True] * 4
    after = made.network.before.state_dict()
    assert all(torch.equal(after[name], values) for name, values in made.network.reader.state_dict().items())
    assert not all(torch.equal(after[name], values) for name, values in state.items())


def test_a_bag_is_what_serving_makes_of_it() -> None:
    """Shares are weights over the length of all, and 0 where nothing counts."""
    made = learner("composite", binary=False)
    made._histories.data[: made._histories.indptr[2]] = 0
    bags = Bags.of(made._histories, torch.device("cpu"))
    sums = bags.sums(made.network.reader.table).detach().numpy()
    for user in range(30):
        served = made.given(user)[0] if user < 30 else 0
        np.testing.assert_allclose(sums[user], served, atol=1e-6)
    assert not sums[:2].any()


@pytest.mark.parametrize("architecture", ["plain", "composite"])
def test_a_score_is_the_decoder_s(architecture: Architecture) -> None:
    """Of the mean of a posterior, its bias included."""
    made, users = learner(architecture, dropout=0.5), np.array([4, 9], np.int32)
    bags = Bags.of(made._histories[users], torch.device("cpu"))
    with torch.no_grad():
        logits = made.network.decoder(made.network.reader(bags).mean).numpy()
    np.testing.assert_allclose(made.vectors(users) @ made.item_vectors().T, logits, atol=1e-5)
