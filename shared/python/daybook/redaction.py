"""Secrets are taken out of text before it leaves the process. All rules stand here.

The daemon has rules of its own; test/fixtures/secrets.json holds both to the same cases. A rule replaces
the secret itself by `[redacted]` and leaves its surroundings, so that code stays readable.
"""

import re
from typing import Dict, List, Mapping, Pattern, Tuple

MARK = "[redacted]"

# What a name of a secret ends in, with a short tail ("_prod", "2"). Its beginning is of no interest: looking
# for it would make long lines without blanks (pictures as text) slow. Tokens of language models are none.
_NAME = (
    r"(?:api[_-]?key|secret(?!ar)|passw(?:or)?d|passphrase|\bpwd|access[_-]?key|private[_-]?key|account[_-]?key"
    r"|credential|conn(?:ection)?[_-]?str(?:ing)?|(?<!pad_)(?<!eos_)(?<!bos_)(?<!unk_)(?<!sep_)(?<!cls_)"
    r"(?<!mask_)token(?!i[sz]))[\w-]{0,24}"
)
_QUOTED = r"(\"\"\"|'''|[\"'])(?![<\[{$]|\2)((?:\\.|(?!\2)[^\\\n])+)(\2)"

# Each rule: what to look for, and what stands in its place.
_RULES: List[Tuple[Pattern[str], str]] = [
    # PEM blocks, as they are or with \n spelled out.
    (
        re.compile(r"(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY-----)"),
        r"\1" + MARK + r"\2",
    ),
    # user:password@host in an address.
    (
        re.compile(r"(\b[A-Za-z][A-Za-z0-9+.-]{0,20}://[^\s/:@'\"]{0,200}:)(?![<\[{$])[^\s/@'\"]{1,200}(@)"),
        r"\1" + MARK + r"\2",
    ),
    # Tokens that are known by their beginning.
    (
        re.compile(
            r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}"
            r"|hf_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}"
            r"|xox[abprs]-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}"
            r"|ya29\.[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{30,}|dapi[a-f0-9]{32}"
            r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,})"
        ),
        MARK,
    ),
    # Our own capability in an address.
    (re.compile(r"(https?://(?:127\.0\.0\.1|localhost|\[::1\]):\d+/k/)[A-Za-z0-9_.~-]+"), r"\1" + MARK),
    # Authorization headers.
    (
        re.compile(r"(?i)(\bbearer\s+|\bauthorization[\"']?\s*[:=]\s*[\"']?basic\s+)(?=\S*\d)[\w.~+/=-]{8,}"),
        r"\1" + MARK,
    ),
    # password = "...", 'api_key': '...', token: str = "...", os.environ["API_TOKEN"] = "...".
    (
        re.compile(
            r"(?i)(" + _NAME + r"[\"']?\s*(?:\]\s*)?(?::\s*\w[\w\[\], .|]{0,40})?(?:=|:)\s*[rbfu]{0,2})" + _QUOTED
        ),
        r"\1\2" + MARK + r"\4",
    ),
    # os.environ.setdefault("API_TOKEN", "...") and monkeypatch.setenv, keyring.set_password and their like.
    (
        re.compile(
            r"(?i)(\bset(?:default|env|_key|_secret)\(\s*[\"'][^\"'\n]{0,80}?" + _NAME + r"[\"']\s*,\s*)" + _QUOTED
        ),
        r"\1\2" + MARK + r"\4",
    ),
    # set_password("...").
    (re.compile(r"(?i)(\bset_?" + _NAME + r"\(\s*)" + _QUOTED), r"\1\2" + MARK + r"\4"),
    # --password hunter2, --api-key=... in a shell line.
    (
        re.compile(r"(?i)((?<![\w-])--?[a-z0-9-]{0,30}" + _NAME + r"(?:=|[ \t]+))(?![-\"'<\[{$])[^\s\"']+"),
        r"\1" + MARK,
    ),
    # DB_PASSWORD=hunter2 in a shell line or an .env file: capitals, no blanks around the sign.
    (
        re.compile(
            r"((?:API_?KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|ACCESS_?KEY|PRIVATE_?KEY|ACCOUNT_?KEY|TOKEN"
            r"|CREDENTIALS?)[A-Z0-9_]{0,24}=)(?![=\"'<\[{($\s])[^\s\"'#,)]+"
        ),
        r"\1" + MARK,
    ),
]

# Every text that a rule changes holds at least one of these, in small letters.
_HINTS = (
    "key", "secret", "passw", "passphrase", "pwd", "credential", "conn", "token", "://", "bearer", "basic",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_", "sk-", "sk_", "xox", "akia", "asia",
    "aiza", "ya29.", "pypi-", "npm_", "dapi", "eyj",
)  # fmt: skip

_OPTION = re.compile(r"(?i)^--?[a-z0-9-]{0,30}" + _NAME + r"$")

ALLOWED_VARIABLES = frozenset(
    """
    CUDA_VISIBLE_DEVICES CUDA_DEVICE_ORDER NVIDIA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES
    OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMEXPR_NUM_THREADS VECLIB_MAXIMUM_THREADS
    OPENBLAS_CORETYPE TOKENIZERS_PARALLELISM PYTHONHASHSEED PYTHONOPTIMIZE PYTHONDONTWRITEBYTECODE
    TF_DETERMINISTIC_OPS TF_ENABLE_ONEDNN_OPTS TF_FORCE_GPU_ALLOW_GROWTH XLA_FLAGS XLA_PYTHON_CLIENT_PREALLOCATE
    KERAS_BACKEND CUBLAS_WORKSPACE_CONFIG NCCL_DEBUG PYTORCH_CUDA_ALLOC_CONF PYTORCH_ENABLE_MPS_FALLBACK
    RANK LOCAL_RANK WORLD_SIZE LOCAL_WORLD_SIZE NODE_RANK MASTER_PORT SLURM_JOB_ID SLURM_PROCID SLURM_NTASKS
    CONDA_DEFAULT_ENV LANG LC_ALL TZ
    """.split()
)
"""Environment variables that are recorded. No other ever is."""


def redact(text: str) -> str:
    """`text` without the secrets that the rules know. Applying it twice changes nothing more."""
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return text  # most cells: looking for a few words costs far less than the rules
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def redact_argv(argv: List[str]) -> List[str]:
    """Command line words without secrets; a word after `--password` and its like counts as one."""
    words: List[str] = []
    hide = False
    for word in argv:
        if hide and not word.startswith("-"):
            words.append(MARK)
        else:
            words.append(redact(word))
        hide = _OPTION.match(word) is not None
    return words


def allowed_variables(environment: Mapping[str, str]) -> Dict[str, str]:
    """The variables that may be recorded, redacted all the same."""
    return {name: redact(value) for name, value in environment.items() if name in ALLOWED_VARIABLES}
