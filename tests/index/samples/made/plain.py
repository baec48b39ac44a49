"""plain.pdf: one font and one size, as old systems print: headings in capitals or bold, numbered items, page feet that differ."""
import sys
from reportlab.pdfgen import canvas
PAGES = ["""WARFARIN IN THE CLINIC

STARTING TREATMENT

1. Check INR, full blood count and liver function before the first
   dose.
2. Start with 5 mg once a day in adults under 70 years who weigh
   more than 50 kg.
3. Do not give a loading dose to patients with atrial fibrillation who
   have no indication for rapid anticoagulation.

Bleeding
Stop warfarin and give vitamin K 5 mg by slow intravenous injection if
there is major bleeding. Give prothrombin complex concentrate as
well, 25 to 50 units per kilogram according to INR, and do not wait for""".split("\n"),
"""the result if bleeding threatens life.

Interactions
Avoid:
- metronidazole
- miconazole, including oral gel
- fluconazole unless INR is measured within 3
  days

Halve the dose when amiodarone is started. The effect of ami-
odarone lasts for months. A low-
dose regimen is used in the frail.

PREGNANCY

Warfarin must not be used in the first trimester. Change to low mole-
cular weight heparin before conception or as soon as pregnancy is
confirmed.""".split("\n")]
c = canvas.Canvas(sys.argv[1], invariant=1); c.setTitle("")
for n, lines in enumerate(PAGES, 1):
    c.setFont("Courier", 11); y = 780
    c.drawString(60, 815, "TRUST POLICY 77/B - UNCONTROLLED WHEN PRINTED")
    for line in lines: c.drawString(60, y, line); y -= 15
    c.drawString(250, 30, f"Sheet {n} of 2"); c.showPage()
c.save()
