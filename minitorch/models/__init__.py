"""Networks beside those for images: for text a recurrent one, a transformer and GPT-2; and two that make pictures."""

from minitorch.models.dcgan import (
    Discriminator as Discriminator,
    Generator as Generator,
    weights_init as weights_init,
)
from minitorch.models.gpt import GPT as GPT, GPTConfig as GPTConfig
from minitorch.models.rnn import RNNModel as RNNModel
from minitorch.models.transformer import Seq2SeqTransformer as Seq2SeqTransformer
from minitorch.models.vae import VAE as VAE, vae_loss as vae_loss
