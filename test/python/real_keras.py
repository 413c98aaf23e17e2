"""Fits of Keras under `daybook exec`; run by libraries.real.test.ts in an environment with Keras on JAX."""

import unittest

from script_case import ScriptCase

SETUP = """
import numpy as np, daybook, keras
rng = np.random.default_rng(0)
X = rng.normal(size=(64, 4)).astype('float32'); y = (X[:, 0] > 0).astype('float32')
def build(units):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation='relu'), keras.layers.Dense(1, activation='sigmoid')])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss='binary_crossentropy', metrics=['accuracy'])
    return model
"""


class KerasTest(ScriptCase):
    def test_fit_is_a_run_with_its_epochs(self) -> None:
        run = self.one(
            SETUP + "m = build(3); m.fit(X, y, epochs=4, batch_size=16, validation_split=0.25, verbose=0)\n"
            "m.evaluate(X, y, verbose=0)",
            KERAS_BACKEND="jax",
        )
        self.assertEqual(run["params"]["epochs"], "4")
        self.assertEqual(run["params"]["batch_size"], "16")
        self.assertEqual(run["params"]["optimizer_name"], "Adam")
        self.assertEqual(run["params"]["total_parameters"], "19")
        self.assertEqual([r[2] for r in run["rows"] if r[0] == "val_loss"], list(range(4)))
        self.assertIn("test_accuracy", run["metrics"])
        self.assertIn("model_summary.txt", run["artifacts"])

    def test_two_fits_are_two_children(self) -> None:
        self.run_script(SETUP + "for units in (2, 3): build(units).fit(X, y, epochs=2, verbose=0)", KERAS_BACKEND="jax")
        runs = self.daemon.of_type("run")
        self.assertEqual([r["name"] for r in runs], ["Sequential", "Sequential"])
        for run in runs:
            self.assertEqual([r[2] for r in self.daemon.rows(run["run_id"]) if r[0] == "loss"], [0, 1])


if __name__ == "__main__":
    unittest.main()
