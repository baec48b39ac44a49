"""Makes the PDF samples: typst and reportlab in sys.executable's environment, Chromium by name."""
import shutil, subprocess, sys
from pathlib import Path
import typst
here, out = Path(__file__).parent, Path(__file__).parent.parent
typst.compile(here / "columns.typ", output=out / "columns.pdf")
typst.compile(here / "classes.typ", output=out / "classes.pdf")
subprocess.run([sys.executable, here / "tables.py", out / "tables.pdf"], check=True)
subprocess.run([sys.executable, here / "plain.py", out / "plain.pdf"], check=True)
page = Path(shutil.copy(here / "recommendations.html", "/tmp/adrenal.html"))
subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={out / 'recommendations.pdf'}", page.as_uri()], check=True)
