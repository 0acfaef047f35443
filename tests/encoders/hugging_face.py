"""Tiny random Hugging Face models of several architectures."""

from tokenizers import Tokenizer

from tests.encoders.models import WORDS, word_tokenizer

ARCHITECTURES = ("bert", "roberta", "deberta-v2", "xlm-roberta", "mpnet")
SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 202,
    "pad_token_id": 1,
}


def save_tiny(folder, architecture):
    """Write a random model with its tokenizer as Hugging Face does, and return the folder."""
    import torch
    from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

    torch.manual_seed(0)
    config = AutoConfig.for_model(architecture, **SIZES)
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(word_tokenizer().to_str()),
        unk_token="<unk>",
        pad_token="</s>",
        model_max_length=200,
    )
    tokenizer.save_pretrained(folder)
    return folder
