"""A tiny random causal language model with a tokenizer of bytes, as a folder and as a GGUF file."""

from __future__ import annotations

from pathlib import Path

CHAT = (
    "{% for message in messages %}<|start|>{{ message['role'] }}\n{{ message['content'] }}<|end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n{% endif %}"
)
SPECIAL = ["<|start|>", "<|end|>"]


def byte_letters() -> list[str]:
    """Return the letters that stand for the 256 bytes in byte-level vocabularies, in order."""
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def tiny_tokenizer(*, chat: str | None = CHAT):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    vocab = {letter: i for i, letter in enumerate([*SPECIAL, *byte_letters()])}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|end|>", pad_token="<|end|>", bos_token="<|start|>"
    )
    fast.chat_template = chat
    return fast


def save_tiny(folder: Path, *, seed: int = 0, chat: str | None = CHAT) -> Path:
    """Write a random model with its tokenizer as Hugging Face does, and return the folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(SPECIAL) + 256,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tiny_tokenizer(chat=chat).save_pretrained(folder)
    return folder


def save_gguf(path: Path, *, seed: int = 0) -> Path:
    """Write a random model of the same shape as a GGUF file of plain numbers, and return its path."""
    import numpy as np
    from gguf import GGUFWriter, TokenType

    rng = np.random.default_rng(seed)
    writer = GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_context_length(4096)
    writer.add_embedding_length(32)
    writer.add_block_count(1)
    writer.add_feed_forward_length(48)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(SPECIAL) + 257)
    letters = [*SPECIAL, *byte_letters(), "ab"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(letters)
    writer.add_token_types([TokenType.CONTROL] * len(SPECIAL) + [TokenType.NORMAL] * 257)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_chat_template(CHAT)

    def add(name: str, *shape: int) -> None:
        writer.add_tensor(name, rng.normal(0, 0.02, shape).astype(np.float32))

    add("token_embd.weight", len(letters), 32)
    writer.add_tensor("output_norm.weight", np.ones(32, np.float32))
    for name, shape in (
        ("attn_q", (32, 32)),
        ("attn_k", (16, 32)),
        ("attn_v", (16, 32)),
        ("attn_output", (32, 32)),
        ("ffn_gate", (48, 32)),
        ("ffn_up", (48, 32)),
        ("ffn_down", (32, 48)),
    ):
        add(f"blk.0.{name}.weight", *shape)
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.0.{name}.weight", np.ones(32, np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
