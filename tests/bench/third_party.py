"""Which third-party modules a handler loads, in order: `python -m tests.bench.third_party MODULE` prints them."""

import importlib
import json
import sys
import sysconfig


def main() -> None:
    """Import a handler's module and print what came from site-packages."""
    before = set(sys.modules)
    importlib.import_module(sys.argv[1])
    folders = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    loaded = [(name, getattr(module, "__file__", None)) for name, module in sys.modules.items() if name not in before]
    print(json.dumps([name for name, file in loaded if file and file.startswith(folders)]))


if __name__ == "__main__":
    main()
