"""Fits of PyTorch Lightning and Hugging Face's Trainer; run by libraries.real.test.ts where there is PyTorch."""

import unittest

from script_case import ScriptCase

LIGHTNING = """
import torch, daybook, lightning as L, warnings, logging
warnings.simplefilter('ignore'); logging.getLogger('lightning.pytorch').setLevel('ERROR')
class Net(L.LightningModule):
    def __init__(self, lr=0.1, units=3):
        super().__init__(); self.save_hyperparameters(); self.layer = torch.nn.Linear(4, 1)
    def training_step(self, batch, i):
        loss = ((self.layer(batch[0]) - batch[1]) ** 2).mean(); self.log('train_loss', loss); return loss
    def validation_step(self, batch, i):
        self.log('val_loss', ((self.layer(batch[0]) - batch[1]) ** 2).mean())
    def configure_optimizers(self): return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)
x = torch.randn(40, 4); data = torch.utils.data.TensorDataset(x, x[:, :1])
load = lambda: torch.utils.data.DataLoader(data, batch_size=10)
trainer = L.Trainer(max_epochs=3, logger=False, accelerator='cpu', enable_progress_bar=False, log_every_n_steps=2,
                    enable_model_summary=False)
trainer.fit(Net(), load(), load())
"""

TRAINER = """
import torch, daybook, warnings, transformers
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments
config = BertConfig(vocab_size=50, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
rows = [{'input_ids': torch.randint(0, 50, (6,)), 'labels': torch.tensor(i % 2)} for i in range(32)]
args = TrainingArguments('out', num_train_epochs=2, per_device_train_batch_size=8, logging_steps=2, report_to=[],
                         save_strategy='no', disable_tqdm=True, learning_rate=1e-3, use_cpu=True)
trainer = Trainer(BertForSequenceClassification(config), args, train_dataset=rows, eval_dataset=rows)
trainer.train(); trainer.evaluate()
"""


class LightningTest(ScriptCase):
    def test_fit_is_a_run_with_its_steps(self) -> None:
        run = self.one(LIGHTNING)
        self.assertEqual(run["params"]["lr"], "0.1")
        self.assertEqual(run["params"]["optimizer_name"], "SGD")
        self.assertEqual(run["params"]["total_parameters"], "5")
        self.assertEqual(sorted({r[2] for r in run["rows"] if r[0] == "val_loss"}), [4, 6, 8, 10, 12])
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "epoch"], [4, 8, 12])
        self.assertEqual({2, 4, 6, 8, 10, 12}, {r[2] for r in run["rows"] if r[0] == "train_loss"})
        self.assertTrue([path for path in run["artifacts"] if path.endswith(".ckpt")])


class TrainerTest(ScriptCase):
    def test_train_is_a_run_with_its_logs(self) -> None:
        run = self.one(TRAINER)
        self.assertEqual(run["params"]["learning_rate"], "0.001")
        self.assertEqual(run["params"]["model_model_type"], "bert")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "loss"], [2, 4, 6, 8])
        self.assertIn("train_runtime", run["metrics"])


if __name__ == "__main__":
    unittest.main()
