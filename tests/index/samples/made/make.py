"""Makes the PDF samples: typst and reportlab in sys.executable's environment, Chromium by name."""
import shutil, subprocess, sys
from pathlib import Path
import typst
here, out = Path(__file__).parent, Path(__file__).parent.parent
typst.compile(here / "columns.typ", output=out / "columns.pdf")
typst.compile(here / "classes.typ", output=out / "classes.pdf")
subprocess.run([sys.executable, here / "tables.py", out / "tables.pdf"], check=True)
typst.compile(here / "tranquillisation.typ", output=out / "tranquillisation.pdf")
for name in ("plain", "newborn", "hyponatraemia"):
    subprocess.run([sys.executable, here / f"{name}.py", out / f"{name}.pdf"], check=True)
for name in ("recommendations", "thrombosis", "insulin"):
    page = Path(shutil.copy(here / f"{name}.html", f"/tmp/{name}.html"))
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={out / name}.pdf", page.as_uri()]
    subprocess.run(command, check=True)
