"""newborn.pdf: a protocol in Times, feet in italics, alternating heads, nested lists, tables with merged heads."""
import sys
from reportlab.platypus import *
from reportlab.lib.styles import ParagraphStyle as PS
from reportlab.lib.pagesizes import A4
from reportlab.lib import colors
B=PS("b",fontName="Times-Roman",fontSize=11,leading=13.5,spaceAfter=6); H=PS("h",parent=B,fontName="Times-Bold",spaceBefore=8,keepWithNext=1); H1=PS("h1",parent=H,fontSize=13)
I=PS("i",parent=B,leftIndent=28,bulletIndent=14,spaceAfter=2); II=PS("ii",parent=B,leftIndent=52,bulletIndent=38,spaceAfter=2)
def foot(c,d):
    c.saveState(); c.setFont("Times-Italic",9); c.drawString(70,28,"Neonatal unit protocols 2025"); c.drawRightString(525,28,f"{d.page} | P a g e"); c.drawString(70,808,("Hypoglycaemia" if d.page%2 else "Chapter 7")); c.restoreState()
P=lambda t,s=B,**k: Paragraph(t,s,**k)
G=[("GRID",(0,0),(-1,-1),.4,colors.grey),("FONTNAME",(0,0),(-1,-1),"Times-Roman"),("FONTSIZE",(0,0),(-1,-1),10)]
st=[P("7. NEONATAL HYPOGLYCAEMIA",H1),P("7.1 Who is at risk",H),P("Babies of mothers with diabetes, babies below the 2nd centile and those whose mothers took beta-blockers in the third trimester or at the time of delivery are at risk. They must not leave the ward before three pre-feed glucose values in a row are 2.0 mmol/L or above."),
P("7.2 Measurement",H),P("Measure blood glucose before the second feed, and in any case not later than 4 hours after birth, in all babies at risk. Do not measure it in healthy term babies without signs, as low values in the first hours are part of adaptation."),
P("7.3 Treatment",H),P("If glucose is 1.0 to 1.9 mmol/L and there are no signs:"),P("give glucose 40% gel 200 mg/kg into the cheek, followed by a feed, and measure again after 30 minutes",I,bulletText="a)"),P("repeat the gel once; do not give more than six doses in 48 hours",I,bulletText="b)"),P("admit the baby if the value is still below 2.0 mmol/L after two doses, and begin:",I,bulletText="c)"),P("glucose 10% 60 mL/kg/day intravenously",II,bulletText="–"),P("hourly measurement until stable.",II,bulletText="–"),
P("If glucose is below 1.0 mmol/L, or there are signs such as seizures, give glucose 10% 2.5 mL/kg intravenously at once. Never give glucose 50% to a newborn."),
P("Glucagon is not effective in babies who are small for gestational age and should not be given to them routinely. It may be used, at a dose of 200 micrograms/kg intramuscularly, while venous access is being sought in other babies (conditional recommendation, very low certainty)."),
P("Recommendations and their strength",H),
Table([["No.",P("Recommendation"),"Strength","Certainty"],["1",P("Buccal glucose gel should be used before formula in babies who are breastfed."),"Strong","Moderate"],["2",P("Routine screening of healthy term babies should not be done."),"Strong","Low"],["3",P("Diazoxide may be tried in persistent hyperinsulinism, under a specialist only."),"Conditional","Very low"]],colWidths=[30,260,70,70],style=TableStyle(G)),
Spacer(1,12),P("7.4 Infusion rates",H),
Table([["Weight","Glucose 10%","","Glucose 12.5%"],["","mL/h at 60 mL/kg/day","mL/h at 90 mL/kg/day","mL/h at 60 mL/kg/day"]]+[[f"{w} kg",f"{w*2.5:.1f}",f"{w*3.75:.1f}",f"{w*2.5:.1f}"] for w in (1,1.5,2,2.5,3,3.5,4)],style=TableStyle(G+[("SPAN",(0,0),(0,1)),("SPAN",(1,0),(2,0))])),
PageBreak(),P("7.5 Discharge",H),P("Babies may go home when feeding is established and glucose has been 2.5 mmol/L or above before three feeds in a row without intravenous glucose. Explain to parents the signs of low glucose: lethargy, poor feeding, jitteriness and fits. They should return at once if these occur; they should not wait for the next visit of the midwife, whatever"),P("the hour.",B)]
SimpleDocTemplate(sys.argv[1],pagesize=A4,topMargin=60,bottomMargin=60,title="").build(st,onFirstPage=foot,onLaterPages=foot)
