"""Attention as it can be exported: torch's own bakes the length of the example into the graph."""

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 as everybody calls it


class OpenAttention(nn.Module):
    """What nn.MultiheadAttention computes for one sequence, out of its weights, whatever the length."""

    def __init__(self, attention: nn.MultiheadAttention) -> None:
        super().__init__()
        self.attention = attention

    def forward(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, *, attn_mask: torch.Tensor, **_: object
    ) -> tuple[torch.Tensor, None]:
        """Attend, with (1, l, d) each and a mask (l, l) of what is not read; return as the original does."""
        heads, width = self.attention.num_heads, self.attention.head_dim
        queries, keys, values = (
            F.linear(given, weight, offset).reshape(1, -1, heads, width).transpose(1, 2)
            for given, weight, offset in zip(
                (query, key, value),
                cast("torch.Tensor", self.attention.in_proj_weight).chunk(3),
                cast("torch.Tensor", self.attention.in_proj_bias).chunk(3),
                strict=True,
            )
        )
        affinities = (queries @ keys.transpose(-1, -2) / width**0.5).masked_fill(attn_mask, -torch.inf)
        read = torch.softmax(affinities, dim=-1) @ values
        return self.attention.out_proj(read.transpose(1, 2).reshape(1, -1, heads * width)), None


def open_attention(module: nn.Module) -> None:
    """Put it in the place of every nn.MultiheadAttention within a module."""
    for parent in [*module.modules()]:
        for name, child in [*parent.named_children()]:
            if isinstance(child, nn.MultiheadAttention):
                setattr(parent, name, OpenAttention(child))
