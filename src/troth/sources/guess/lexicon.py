"""Words by which columns give away what they hold: English, German, Portuguese, French, Spanish, Dutch; without accents.

`=due` is the whole word, `^estimat` a beginning, `*termin` an end, `~liefer` any place in it.
"""

from __future__ import annotations

STRONG_PROMISE = """
^estimat ^promis =due ^deadline =planned =plan ^expect =target =limit =schedul =scheduled =committed =commitment =commit
=sla =eta =agreed =forecast =projected =anticipated =guaranteed =needed =required =latest =pledged =targeted =owed ^benoetigt
^voraussicht ^zugesagt ^zusage =soll ^soll *termin *frist =frist ^geplant ^faellig ^fallig ^erwartet ^spaetest ^ziel
^versproch ^vereinbart ^avisiert ^planned ^planm ^plandat ^plants ^previst ^previsao ^previsto ^estimad ^promet =limite
^prazo ^vencim ^planej ^programad ^esperad ^agendad ^acordad ^combinad ^estipulad ^plazo ^planific ^comprometid ^prevu
^echeance =butoir ^estime ^planifi ^attendu ^engage =cible =delai ^verwacht ^beloof ^belofte ^gepland ^toegezegd ^uiterlijk
^vervald ^streef ^afgesproken ^termijn ^uiterste
"""
WEAK_PROMISE = """
^request ^confirm ^propos ^bestaetigt ^bevestigd ^appointment =window =slot ^zeitfenster =janela =ventana =creneau ^tijdvak
^demande ^wunsch ^souhait ^gewenst ^desead ^desejad ^solicitad
"""
WISH = "^request ^demande ^wunsch ^souhait ^gewenst ^desead ^desejad ^solicitad ^propos"
BOUND = "=by =before =bis =until =ate =avant =hasta =antes =voor =tot =within"
WINDOW = "=window =slot ^zeitfenster =janela =ventana =creneau ^tijdvak"

ACTUAL = """
=actual =actually =delivered =completed =closed =arrived =finished =shipped =dispatched =paid =resolved =fulfilled =done
=ended =solved =answered =responded =replied =returned =installed =collected =repaired =settled =handed =departed
=completion =closure =end =enddate =real =received =sent =published =inspected =reviewed =processed =posted =decided
=finalized =finalised =achieved =executed =performed =landed =geliefert =ausgeliefert =abgeschlossen =ist ^istdat ^isttermin
=erledigt ^tatsaechlich =bezahlt =gezahlt =versendet =versandt =uebergeben =zugestellt =fertig =fertiggestellt =beendet
=erhalten =geloest =beantwortet =angekommen =gebaut =montiert =repariert =abgeholt ^entregue ^entregad =concluido =concluida
^finalizad ^encerrad =pago =paga ^quitad =enviado =enviada ^despachad =postado ^recebid ^resolvid ^respondid =chegada
=realizado =realizada ^efetiv =atendido ^completad ^cerrad ^terminad ^pagad =enviado ^recibid ^resuelt =llegada =terminado
=livre =livree =livres =termine =terminee =cloture =cloturee =paye =payee =expedie =expediee =recu =recue =resolu =repondu
^effecti =reel =reelle =acheve =regle =remis =arrivee =traite =geleverd =bezorgd =afgerond =voltooid =gesloten =betaald
=verzonden =ontvangen =opgelost =aangekomen ^werkelijk =klaar =gereed =afgehandeld
"""
CREATED = """
^creat =opened =open =placed =ordered =order ^purchas =bought =submitted =reported =registered =logged =booked =raised
=start =started =startdate =issued =entered =released =received =begin =filed =applied =requested =accepted ^angelegt
=erstellt ^erstell ^bestell ^eroeffn =gebucht ^ausgestellt =eingang =eingegangen =gemeldet =erfasst =beginn =auftragsdatum
^criad =criacao =compra ^pedido =aberto =aberta =abertura ^emiss =emitido =registrado =solicitado =inicio =creado ^cread
=apertura =abierto =alta =registro =emision =cree =creee =creation =commande =commandee =ouvert =ouverture =emis =emise
=debut =saisie =aangemaakt =besteld =bestelling =geopend =ingediend =gemeld =factuurdatum =begin =aanmaak
"""
NEVER = """
^birth =born =dob ^geburt ^geb ^nascim ^nacim ^naiss ^geboorte ^hire =hired ^eintritt ^einstell ^admiss =joined =joining
^contract ^contrat ^vertrag ^subscri ^abonn =abo ^assinat ^valid ^gueltig ^gultig ^geldig ^vigen ^expir =exp ^ablauf
^verfall ^warrant ^garanti ^garantia ^member ^renew ^licen ^tenure ^employ ^termination ^renov ^haltbar =mhd =bbd ^caduc
^periode ^period =effective =retire ^retir =ends =validuntil
"""
HOUSEKEEPING = """
^updat ^modif =changed =lastseen =seen =login =lastlogin ^sync ^import =load =loaded =etl ^extract =inserted =export
^refresh =snapshot =archived ^aktualis ^geaendert ^aenderung ^atualiz ^actualiz ^gewijzigd ^wijzig ^bijgewerkt =touched
^access ^viewed =maj ^alterad ^ingest ^last =recorded ^recordedat =erfasst =registrado =enregistre
"""

CONCEPTS: dict[str, str] = {
    "ship": (
        "^ship ^dispatch ^carrier ^handover =handed =handoff =etd ^versand ^versend ^spedit ^uebergab ^uebergeben "
        "^transportadora ^despach ^postag ^postad ^envio ^enviad ^expedi ^transporteur ^verzend ^verzonden ^courier ^spedition "
        "^frachtf ^logist"
    ),
    "pay": (
        "^pay =paid ^settle ^zahl ^bezahl ^gezahlt =pago =paga =pagado =pagada ^pagament ^paiement =paye =payee ^regle ^betaal "
        "^betal ^quit ^vencim"
    ),
    "answer": "^answer ^respon ^repl =reply ^antwort ^beantwort ^respost ^respuest ^repon ^antwoord ^reaktion ^reaction",
    "deliver": (
        "^deliv ^arriv =eta ~liefer ~zustell ^zugestellt ^ankunft ^angekommen ^entreg ^chegad ^llegad ^livr ^lever ~gelever "
        "^bezorg =received ^recebid ^recibid =recu =ontvangen =erhalten"
    ),
    "end": (
        "^complet ^clos ^finish ^finis ^resol =solve =solved =end =ended =enddate =done ^fulfil ^conclu ^finaliz ^encerr "
        "^cerrad ^cierre ^termin ^abgeschl ^abschluss ^erledig ^fertig ^beend ^geloest ^loesung ^clotur ^achev ^afgerond "
        "^afrond ^voltooi ^opgelost ^oploss ^gereed ^ende =fim =fin ^resuel"
    ),
    "start": "^start ^begin =inicio =debut",
    "visit": (
        "^visit ^appoint ^besuch ^bezoek ^arriv ^angekommen ^ankunft ^chegad ^llegad ^aangekomen ^window ^slot ^zeitfenster "
        "=janela =ventana =creneau ^tijdvak"
    ),
    "install": "^install ^montage ^montier ^instal",
    "repair": "^repair ^fix ^repar ^reparier",
    "pickup": "^pickup ^collect ^abhol ^abgeholt ^coleta ^retirad ^ophaal ^opgehaald",
    "return": "^return ^rueckgab ^zurueck ^devol ^retour",
    "approve": "^approv ^genehm ^aprov ^aprob ^approuv ^goedgek",
    "depart": "^depart ^abfahrt ^partida ^vertrek",
}
NEAR = frozenset(
    frozenset(pair)
    for pair in (("deliver", "end"), ("pay", "end"), ("visit", "end"), ("repair", "end"), ("install", "end"), ("visit", "install"))
)
FILLER = """
=a =aan =actual =am =an =and =ao =aos =at =au =be =been =before =bij =case =client =cliente =concept =current =customer =da
=dag =das =data =date =dates =datetime =datum =day =days =de =den =der =dia =die =do =dt =du =el =em =en =fecha =final
=first =for =had =has =heure =hora =hour =is =jour =klant =kunde =kunden =la =last =le =les =local =los =na =new =no =of =on
=op =original =real =tag =the =tijd =till =time =timestamp =to =ts =uhr =uhrzeit =um =utc =van =was =will =zeit =zeitpunkt
=zum =zur
"""

CLERICAL = "^clos ^geschlossen ^encerr ^cerrad ^cierre ^clotur ^gesloten ^archiv"
CANCEL = """
^cancel ^storn ^abgebroch ^annul ^geannul =void =voided ^withdraw ^abandon ^revoked ^cancelad ^anulad ^abgesagt ^vervall
=entfallen ^desist
"""
DONE = """
=delivered =completed =complete =closed =done =finished =resolved =shipped =paid =fulfilled =solved =received =settled
=geliefert =ausgeliefert =zugestellt =abgeschlossen =erledigt =fertig =bezahlt =geschlossen =geloest ^entregue ^entregad
=concluido =concluida =finalizado =finalizada =encerrado =encerrada =pago =paga =resolvido =resolvida =completado =cerrado
=cerrada =pagado =pagada =resuelto =terminado =livre =livree =termine =terminee =cloture =clos =paye =payee =resolu
=geleverd =bezorgd =afgerond =voltooid =gesloten =betaald =opgelost
"""
STATUS = "=status =state =stage ^statut ^zustand ^situac ^estado =etat =toestand *status =phase"

ID = (
    "identifikation", "identificador", "identifier", "nummer", "number", "numero", "codigo", "code", "uuid", "guid", "key", "ref", "num",
    "nr", "no", "id", "pk",
)  # fmt: skip
CUSTOMER = """
^customer =client =clients ^kunde =kundin ^cliente ^klant ^buyer ^consumer ^kaeufer ^besteller ^comprador ^acheteur =patient
^abnehmer ^requester
"""
PARTY = (
    CUSTOMER + " ^user ^member ^account ^person ^employee ^mitarbeiter ^contact ^kontakt ^empleado ^seller ^vendor ^supplier ^driver ^agent"
)

SCORE = """
=score =rating =stars =star =nps =csat =ces =bewertung =sterne =nota =notas =avaliacao =estrelas =puntuacion =calificacion
=note =etoiles =cijfer =sterren =beoordeling *bewertung =punkte =valoracion =grade =satisfaction =zufriedenheit ^score
"""
ASKED = """
^ask =sent =created ^creat ^invit ^gesendet ^versendet ^enviad ^criac ^criad ^envoy ^verstuurd ^erstell ^angefragt ^request
^solicit
"""
MONEY = """
^price =amount =value =total =cost =costs =fee =fees ^freight ^revenue =subtotal =tax =net =gross =payment ^preis =betrag
^summe =umsatz =kosten *preis *betrag *kosten ^valor =preco =frete =montant =prix =importe =precio =bedrag =prijs =totaal
=charge =charges =turnover =discount =fracht =custo
"""
MERELY_END = "=end =enddate =ende =enddatum =fim =fin =einde"
NET_GROSS = "=ht =ttc =net =gross =netto =brutto =excl =incl =vat =bruto =total"
CURRENCIES: dict[str, str] = {
    "eur": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "brl": "BRL",
    "chf": "CHF",
    "euro": "EUR",
    "euros": "EUR",
    "reais": "BRL",
    "sek": "SEK",
    "dkk": "DKK",
    "nok": "NOK",
    "pln": "PLN",
    "mxn": "MXN",
}

PERSONAL: dict[str, str] = {
    "email": "^email ^mail =correo ~email",
    "phone": "^phone =tel ^telef ^telephon =mobile =handy =celular =fone =movil =fax ^rufnummer ~phone ~telefon",
    "tax_id": "=cpf =cnpj =ssn =taxid =vat =ustid =steuernummer =nif =dni =siret =bsn =passport =iban =steuerid",
    "address": (
        "^address ^street ^strasse ~strasse ^endereco =rua =logradouro ^adress ^anschrift =rue =calle ^direccion =straat "
        "=hausnummer =logradouro"
    ),
    "name": (
        "=name =names =firstname =lastname =surname =fullname =vorname =nachname =nome =sobrenome =nombre =apellido =apellidos "
        "=nom =prenom =naam =voornaam =achternaam ~kundenname ~customername =ansprechpartner =contactperson"
    ),
    "free_text": (
        "^comment ^message =note =notes =remark =remarks ^bemerk ^kommentar ^nachricht ^coment ^observac ^mensag ^mensaj "
        "^commentaire =remarque ^opmerking ^toelichting =freetext =description =feedback =verbatim =subject =betreff =text "
        "=body ^beschreib ^descri ^omschrij ^titel =title =titulo =titre"
    ),
}
STAFF = """
^resource ^responsible ^creator ^assign ^handler ^bearbeit ^zustaendig ^agent ^operator ^employee ^mitarbeit ^clerk
^technician ^techniker ^medewerker ^responsav ^responsab ^tecnico ^atendente ^driver ^fahrer =owner ^cashier ^worker =user
"""

HAPPENINGS = """
^purchas ^transact =order =sale =visit ^swipe =payment ^donat =booking =checkin =trip =rental =stay =loan ^kauf ^einkauf
=besuch ^buchung =zahlung =verkauf =bestellung ^compra ^venda ^venta =visita =pedido =pago =pagamento =achat =vente =visite
=commande ^aankoop =bezoek =betaling =verkoop =bestelling
"""
CASE_ID = "=case ^caseid ^trace ^vorgang ^processo ^proceso ^dossier ^zaak ^ticket ^instance"
ACTIVITY = """
^activit =event =action =step =task =aktivitaet =aktion =ereignis ^schritt ^atividad =evento =etapa ^actividad =paso
=evenement =etape ^activiteit =stap =gebeurtenis =eventtype =taetigkeit =operation =status =state =scan ^scantype
"""
COMES_AGAIN = (
    PARTY + " =card ^karte =cartao =tarjeta =carte =kaart ^subscriber ^guest ^gast ^donor ^student ^pupil ^household =haushalt ^passenger"
)
SENT = "=timestamp ^zeitstempel ^horodat =carimbo =tijdstempel =tidsstempel =marca =cronologica"
