"""handbook.docx, as Word's own styles and tables make it."""
import sys
from docx import Document
from docx.oxml import OxmlElement
d = Document(); d.core_properties.title = ""
d.sections[0].header.paragraphs[0].text = "Ward handbook - uncontrolled copy"; d.sections[0].footer.paragraphs[0].text = "Page 1 of 9"
d.add_heading("Sepsis on the wards", 0); d.add_heading("First hour", 1)
d.add_paragraph("1.1 Do not wait for the results of blood cultures before the first dose of antibiotic is given.")
d.add_paragraph("Do not give:")
for t in ("gentamicin to people with myasthenia gravis", "nitrofurantoin for sepsis"): d.add_paragraph(t, style="List Bullet")
p = d.add_paragraph("Give 30 mL/kg, or 1 L/m"); p.add_run("2").font.superscript = True; p.add_run(" in children, of crystalloid.")
d.add_heading("Doses", 1)
t = d.add_table(rows=5, cols=3); t.style = "Table Grid"
for r, row in enumerate([["Drug", "Dose (g)", ""], ["", "Usual", "eGFR below 30"], ["Ceftriaxone", "2", "2"], ["Meropenem", "1", "0.5"], ["Piperacillin with tazobactam", "4.5", "2.25"]]):
    for c, v in enumerate(row):
        if v: t.cell(r, c).text = v
t.cell(0, 1).merge(t.cell(0, 2)); t.cell(0, 0).merge(t.cell(1, 0))
for r in (0, 1):
    t.rows[r]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
u = d.add_table(rows=3, cols=2)
for r, row in enumerate([["Infection", "First choice"], ["Urinary", "Gentamicin 5 mg/kg once"], ["Biliary", "Piperacillin with tazobactam 4.5 g every 8 hours"]]):
    for c, v in enumerate(row): u.cell(r, c).text = v
p = d.add_paragraph(); p.add_run("When to stop").bold = True
d.add_paragraph("Stop antibiotics after 5 days unless the source is not controlled."); d.save(sys.argv[1])
