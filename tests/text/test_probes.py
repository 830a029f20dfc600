"""Sentences in many ways of saying that a place is threatened, struck, met in or only named.

Each place to look at stands in brackets with the role expected of it: `[Goma:threatened]`. A second
word is the modality; without one a threat may be `threatened` or `planned`, all else is `actual`.
They were written before the rules were run on them, and say more about the rules together than
one by one: what share must hold is set below, not each line.
"""

import re

import pytest

from geo.text import document_from_text, find_mentions

_MARK = re.compile(r"\[([^:\]]+):(\w+)(?: (\w+))?\]")
_AHEAD = {"threatened", "planned"}

MOVEMENTS = """
Armoured columns are closing in on [Sumy:threatened], and its schools have shut.
Rebel pick-ups have been seen within ten kilometres of [Goma:threatened].
The insurgents now stand at the gates of [Maiduguri:threatened].
Nothing but a river separates the attackers from [Mykolaiv:threatened].
The road to [Bukavu:threatened] lies open.
Fighters have cut every road into [Dilling:threatened].
[El Fasher:threatened] is surrounded on three sides.
Government troops are massing on the edge of [Idlib:threatened].
Tanks have taken up positions on the heights above [Nabatieh:threatened].
The junta's battalions are heading for [Loikaw:threatened].
A convoy of two hundred armed vehicles is rolling towards [Sirte:threatened], witnesses said.
Their guns can now reach [Kramatorsk:threatened].
The advance has brought [Pokrovsk:threatened] within range of artillery.
Warships have gathered off [Hodeidah:threatened].
The front line has crept to within five kilometres of [Zaporizhzhia:threatened].
The noose is tightening around [Kobani:threatened].
Rebels have encircled [Kandahar:threatened] and [Herat:threatened], the governor said.
Soldiers of the rival faction are on the march to [Bentiu:threatened].
Fighters are bearing down on [Cabo Delgado:threatened], officials in [Maputo:mentioned] said.
M23 rebels, who took [Sake:site] on Monday, are now just a few hours' walk from [Goma:threatened].
The Taliban were advancing on [Kunduz:threatened] from three sides on Sunday.
Government forces edged closer to [Hajin:threatened] on Tuesday.
The army has sent tanks and bulldozers to the outskirts of [Jenin:threatened].
Heavy weapons are being moved into place around [Bani Walid:threatened].
Paramilitaries have reached the suburbs of [Omdurman:threatened].
"""

INTENTIONS = """
The prime minister vowed to take [Rafah:threatened] with or without a deal.
Commanders have set their sights on [Mandalay:threatened].
The general swore that [Tripoli:threatened] would be his before winter.
The army is preparing to enter [Tal Afar:threatened].
Officers have received orders to prepare for an operation in [Manbij:threatened].
The guerrillas threatened to burn down [Arauquita:threatened] if their comrade was not freed.
Hezbollah threatened to fire thousands of rockets at [Haifa:threatened].
The defence minister said that the time had come to flatten [Beirut:threatened].
The militia gave the people of [Torit:threatened] three days to go or be killed.
[Derna:threatened] is their next target, a field commander told state television.
The next target will be [Kidal:threatened], the junta's spokesman said.
After [Bara:mentioned] comes [El Obeid:threatened], a rebel officer boasted.
The group has promised to turn [Jaffna:threatened] into a graveyard.
The president ordered his generals to draw up plans for an assault on [Lysychansk:threatened].
Parliament has approved a ground operation in [Sinjar:threatened].
The army intends to clear [Jaramana:threatened] of armed groups.
A leaked order tells the third brigade to seize [Ataq:threatened] by Friday.
He told his men to get ready to storm [Marib:threatened].
The separatists want to capture [Zinjibar:threatened] before the truce begins.
[Ankara:actor] has said repeatedly that it will drive the militia out of [Tell Rifaat:threatened].
The rebels say that they will not stop until they have taken [Kinshasa:threatened].
A video shows masked men pledging to attack [Cotabato:threatened] during the festival.
The militants issued an ultimatum to the elders of [Arbinda:threatened].
The army announced plans to expand its campaign to [Deir al-Balah:threatened].
[Baku:actor] is planning to retake [Stepanakert:threatened] by force, according to [Yerevan:actor].
A Taliban commander warned that fighters would enter [Jalalabad:threatened] unless its garrison surrendered.
Drones will strike [Odesa:threatened] every night until the port is closed, the spokesman said.
The gang says it will set fire to [Petite Riviere:threatened].
"""

FEARS = """
[Kherson:threatened] could fall within days, analysts say.
There are fears for [Mekelle:threatened], where half a million people live.
People in [Sloviansk:threatened] are bracing for the worst.
[Sittwe:threatened] may be next in line, diplomats said.
Aid agencies fear a bloodbath in [Idlib:threatened].
Residents of [Monguno:threatened] expect a raid at any time.
An attack on [Djibo:threatened] appears imminent.
Shelling of [Nikopol:threatened] is expected to resume tonight.
The United Nations voiced alarm at preparations for an assault on [Hodeidah:threatened].
Doctors warned of a massacre if troops enter [Duma:threatened].
[Marawi:threatened] remains at risk of another siege, the mayor said.
If the talks fail, [Hodeidah:threatened] will be the first to burn.
The town of [Pibor:threatened] is in the path of the column.
Police in [Peshawar:threatened] are on alert after a threat of bombings.
Should the garrison withdraw, [Lashio:threatened] would be lost.
[Kharkiv:threatened] is in danger of being overrun, its mayor said.
Many expect that [Palma:threatened] will be attacked again.
The bishop said that his people in [Bunia:threatened] live in fear of an attack.
Worries are mounting about the fate of [Bamenda:threatened].
[Aleppo:threatened] awaits the onslaught.
A battle for [Tripoli:threatened] looms.
Speculation is growing that [Vuhledar:threatened] will be abandoned to the enemy.
A new offensive could engulf [Malakal:threatened].
[Gao:threatened] is now threatened from the north and the east.
Civilians trapped in [Bakhmut:threatened] face an all-out assault.
The possibility of strikes on [Tehran:threatened] has emptied its streets.
An invasion of [Moldova:threatened] cannot be excluded, a minister said.
Rockets may hit [Kiryat Shmona:threatened] again if the truce collapses.
[Maungdaw:threatened] and [Buthidaung:threatened] are the most likely targets of the coming offensive.
The governor warned that mortar fire could reach [Akcakale:threatened].
Anxiety in [Agadez:threatened] rose after jihadists threatened the town.
The clock is ticking for [Daraa:threatened].
Nobody doubts that [Kutum:threatened] will be stormed.
Human rights groups say that an assault on [Benghazi:threatened] would be a catastrophe.
"""

WARNINGS = """
The army warned residents of [Tyre:threatened] to leave their homes.
Evacuation orders were issued for [Vovchansk:threatened] and [Kupiansk:threatened] on Tuesday.
Leaflets dropped over [Beit Lahia:threatened] told people to go south.
Families in [Baalbek:threatened] were told to get out before nightfall.
Residents of [Ghazni:threatened] have been urged to move away from military posts ahead of an attack.
The mayor ordered the evacuation of [Sderot:threatened].
Loudspeakers called on the people of [Nablus:threatened] to stay indoors ahead of a raid.
The military published a map of the blocks in [Khan Younis:threatened] that must be emptied.
A text message told inhabitants of [Bint Jbeil:threatened] not to return.
Police began to evacuate [Pokrovsk:threatened] as the front came closer.
The villagers of [Kutum:threatened] were given 48 hours to leave.
Authorities urged the 60,000 people of [Kobani:threatened] to seek shelter.
The district administrator called for everyone to leave [Sloviansk:threatened] immediately.
"""

HEADINGS = """
[Goma:threatened] braces for assault
Fears mount for [El Obeid:threatened] as siege tightens
Army readies push on [Rafah:threatened]
[Kharkiv:threatened] on edge as troops gather
[Mandalay:threatened] in rebels' sights
Rebels at the doors of [Bangui:threatened]
UN warns against attack on [Idlib:threatened]
[Sirte:threatened]: the battle to come
Countdown to an offensive in [Raqqa:threatened]
"""

LATER_WORDS = """
[Goma:threatened] has two million inhabitants. The rebels are about to enter the city.
Shops in [Sumy:threatened] are still open. Russian guns may soon be able to reach it.
Nearly a million people live in [Hodeidah:threatened]. An assault on the port would cut off aid.
Buses left [Manbij:threatened] on Monday. Turkish-backed fighters have vowed to capture the town.
The garrison of [Lashio:threatened] is small. Rebels are closing in on the town from the north.
Few have stayed in [Avdiivka:threatened]. The town is likely to fall this week, soldiers say.
Schools closed in [Loikaw:threatened] and [Hpakant:threatened] on Friday. The junta plans to bomb both towns, rebels said.
There is no bread in [Dilling:threatened]. Militiamen encircle the town of 200,000.
Traders in [Kantchari:threatened] have gone. The jihadists have sworn to return there.
"""

DENIALS = """
The army denied that it intended to attack [Assab:threatened denied].
There are no plans to bomb [Bandar Abbas:threatened denied], the White House said.
[Ankara:actor] ruled out an operation in [Sinjar:threatened denied].
The general called reports of an imminent assault on [Marib:threatened denied] nonsense.
The planned attack on [Derna:threatened denied] has been cancelled.
Rumours that [Ben Gardane:threatened denied] would be raided were false, police said.
The rebels insisted that they would not attack [Bangui:threatened denied].
Claims that tanks would enter [Nablus:threatened denied] were dismissed as baseless.
The raid on [Arbinda:threatened denied] was called off.
[Moscow:actor] has no intention of seizing [Odesa:threatened denied], its envoy said.
"""

MORE_DENIALS = """
The army gave up its plan to storm [Benghazi:threatened denied].
The general promised not to attack [Sirte:threatened denied].
Nobody is going to bomb [Haifa:threatened denied], the minister said.
There is no order to enter [Jenin:threatened denied], an officer said.
The spokesman laughed off the story that [Kassala:threatened denied] would be attacked.
The governor called the rumour that jihadists would raid [Agadez:threatened denied] an invention.
The message announcing an attack on [Chaman:threatened denied] was a forgery, police said.
The rebels agreed not to enter [Malakal:threatened denied].
[Khartoum:actor] has dropped the idea of an assault on [Kauda:threatened denied].
The operation against [Tell Rifaat:threatened denied] has been put off for good.
The commander said that his men never meant to shell [Stepanakert:threatened denied].
It is not true that tanks are about to roll into [Cizre:threatened denied], the governor said.
Plans for a raid on [Bani Walid:threatened denied] were scrapped.
"We will not march on [Bangui:threatened denied]," the rebel leader said.
The junta insisted that it had no wish to bomb [Myawaddy:threatened denied].
The junta said that it had never considered an attack on [Loikaw:threatened denied].
The minister dismissed talk of an assault on [Tell Rifaat:threatened denied].
An assault on [Rutshuru:threatened denied] is not on the table, the rebels said.
The militia gave assurances that [Taiz:threatened denied] would not be attacked.
[Kharg:threatened denied] is not among the targets, an officer said.
[Lashio:threatened denied] will be spared, the rebels promised.
The commander said that [Herat:threatened denied] was not a target.
The group withdrew its threat to burn [Arauquita:threatened denied].
The leaflets that told the people of [Tyre:threatened denied] to leave were fake, the army said.
The army has stood down from its assault on [Derna:threatened denied].
The offensive against [Marib:threatened denied] has been cancelled for now.
"I have no orders to attack [Manbij:threatened denied]," the colonel said.
Officials rejected reports that the army was about to enter [Nablus:threatened denied].
The claim that [Goma:threatened denied] would be shelled turned out to be false.
A planned strike on [Isfahan:threatened denied] was aborted.
[Damascus:actor] denies that an offensive on [Idlib:threatened denied] is being prepared.
Tribal elders talked the rebels out of attacking [Hawija:threatened denied].
There will be no assault on [Hodeidah:threatened denied], the coalition said.
The ministry said that no operation in [Silwan:threatened denied] was planned.
Fears of an attack on [Gao:threatened denied] proved unfounded.
[Kigali:actor] says that it has no designs on [Goma:threatened denied].
The evacuation order for [Sderot:mentioned] was lifted on Sunday.
The threat to [Kobani:mentioned] has passed.
"""

BYSTANDERS = """
Officers in [Ankara:mentioned] said that an attack on [Manbij:threatened] was near.
Families from [Aleppo:mentioned] who live in [Gaziantep:mentioned] fear for their relatives if [Idlib:threatened] falls.
The fighters who threaten [Goma:threatened] are trained in [Rwanda:mentioned].
The envoy flew from [Geneva:mentioned] to [Tunis:venue] while troops massed near [Sirte:threatened].
The drones that could hit [Odesa:threatened] are built in [Isfahan:mentioned].
Refugees who reached [Adre:mentioned] fear that [El Geneina:threatened] will be attacked again.
[Moscow:actor] warned that [Kharkiv:threatened] would be next.
Like [Aleppo:mentioned] in 2016, [Idlib:threatened] could be flattened.
"We do not want to become another [Mariupol:mentioned]," said a teacher in [Sumy:mentioned].
Ships from [Djibouti:mentioned] no longer call at [Hodeidah:threatened], which the coalition has threatened to storm.
The general, who was born in [Misrata:mentioned], vowed to take [Tripoli:threatened].
An aid convoy left [Amman:mentioned] for [Daraa:threatened], where an offensive is feared.
A newspaper in [Beirut:mentioned] reported that [Tyre:threatened] would be bombed.
The president cut short a visit to [Paris:venue] because rebels threaten to seize [Bria:threatened].
The road from [Mandalay:mentioned] to [Lashio:threatened], which rebels plan to attack, was closed.
The minister said in [Addis Ababa:mentioned] that his troops would soon enter [Mekelle:threatened].
Thousands have fled to [Chad:mentioned] from [El Fasher:threatened], where an assault is expected.
[Kigali:actor] denied that it had helped the rebels who are advancing on [Bukavu:threatened].
A battalion from [Ghana:mentioned] guards the airport of [Malakal:threatened], which could be attacked at any hour.
The wounded were taken from [Sake:site], where fighting raged, to hospitals in [Goma:mentioned].
Militants based in [Beled Hawo:mentioned] plan to raid [Mandera:threatened].
Rockets fired from [Lebanon:mentioned] could reach [Haifa:threatened].
[Tehran:actor] threatened to strike [Haifa:threatened] after the killing of a general in [Damascus:site].
Traders who drive from [Kano:mentioned] to [Maiduguri:mentioned] fear ambushes.
The Security Council in [New York:mentioned] warned of a bloodbath in [Hodeidah:threatened].
The team lost to [Benfica:none] in [Lisbon:mentioned] and could be relegated.
A strong earthquake could destroy [Istanbul:mentioned], scientists say.
Farmers near [Gedaref:mentioned] fear that locusts will attack their fields.
The company plans to take over a rival based in [Zagreb:mentioned].
A bomb from the last war was found in [Hamburg:mentioned], and streets were evacuated.
The court in [The Hague:mentioned] will rule on the attack next week.
Students in [Nairobi:mentioned] plan to march on parliament.
The party hopes to capture [Lyon:mentioned] in the elections.
The film about the siege of [Leningrad:mentioned] will open in [Berlin:mentioned].
"""

SITES = """
Nine people were killed when a shell hit a bakery in [Kherson:site].
Gunmen burned houses in [Palma:site] overnight.
[Kadugli:site] was pounded by artillery for a third day.
Street fighting raged in [Omdurman:site] on Friday.
A suicide bomber blew himself up in [Quetta:site], killing twelve.
Rebels captured [Bunagana:site] without a fight.
[Mansi:site] fell to the rebels on Monday.
Thousands fled [Minova:site] after the shelling.
The bodies of six farmers were found near [Gubio:site].
A drone crashed into a flat in [Belgorod:site] and wounded two.
Soldiers opened fire on a crowd in [Bamenda:site].
Fighters ransacked the hospital in [Leer:site].
The army retook [Bara:site] on Sunday.
Police clashed with gangs in [Carrefour:site].
Masked men abducted eleven pupils from a school in [Kuriga:site].
Sporadic gunfire was heard in [Birao:site] after midnight.
A market in [Zamzam:site] was set ablaze.
Twenty civilians died in air raids on [Taftanaz:site] and [Saraqib:site].
A mine exploded under a bus outside [Izyum:site].
Rockets landed in [Sderot:site] and damaged a school.
The jihadists executed four men in [Mocimboa da Praia:site].
The rebels' flag now flies over [Lashio:site], which they seized last week.
An officer was shot dead in [Nablus:site].
Militiamen looted shops in [Nyala:site] and drove out their owners.
[Toretsk:site], [Siversk:site] and [Chasiv Yar:site] came under heavy fire.
Survivors of the attack on [Kinigi:site] were taken to [Kigali:mentioned].
Two missiles slammed into the port of [Odesa:site].
At least 30 people were massacred in [Solhan:site], and ten more in [Djibo:site].
An ambush near [Tessalit:site] left ten soldiers dead.
Troops have been battling insurgents in [Mocimboa da Praia:site] since dawn.
"""

PAST = """
In 2012 rebels overran [Goma:site past] and held it for ten days.
[Grozny:site past] was levelled in 1995.
The massacre in [Srebrenica:site past] was nearly three decades ago.
He lost his brother in the siege of [Sarajevo:site past] in the 1990s.
In 2016 the city of [Aleppo:site past] was bombed for months.
"""

VENUES = """
Envoys are holding talks in [Doha:venue].
Negotiators met in [Jeddah:venue] on Monday.
The two ministers will meet in [Nairobi:venue planned] next week.
A donors' conference opened in [Brussels:venue].
[Geneva:venue] hosted the first round.
The accord was signed in [Juba:venue past] in 2020.
A summit of African leaders is to be held in [Luanda:venue planned].
The mediator flew to [Muscat:venue] for consultations.
Delegates gathered in [Astana:venue] for a fresh round of negotiations.
The talks in [Istanbul:venue] broke up without result.
A ceremony in [Havana:venue past] sealed the peace deal in 2016.
The Security Council's envoy visited [Port Sudan:venue] on Thursday.
"""

ACTORS = """
[Ankara:actor] said that it would respond.
[Washington:actor]'s envoy arrived late.
[Kampala:actor] denied the report.
[Khartoum:actor] and [Addis Ababa:actor] traded accusations.
Officials in [Kyiv:mentioned] accused [Moscow:actor] of lying.
The move angered [Beijing:actor], which recalled its ambassador.
[Tehran:actor] is sending a delegation.
[Paris:actor] has put forward a plan.
[Abu Dhabi:actor] is paying for the camp.
[Kigali:actor] has shut its border.
A request from [Bamako:actor] was turned down by [Paris:actor].
[Islamabad:actor] has yet to comment.
[Riyadh:actor], which backs the government, did not reply.
[New Delhi:actor] wants the fence finished.
[Naypyitaw:actor] stayed silent.
"""

MENTIONED = """
She was born in [Aleppo:mentioned] and studied in [Damascus:mentioned].
Trucks with flour left [Adre:mentioned] for the camps.
The minister told reporters in [Kyiv:mentioned] that the harvest was late.
Prices in the market of [Mopti:mentioned] have doubled since May.
Officials in [Abuja:mentioned] said that an assault on [Baga:threatened] was feared.
Rockets were launched from [Vardenis:mentioned] at [Ganja:site].
The rebels came from [Tessalit:mentioned] in pick-up trucks.
Farmers in [Gedaref:mentioned] are short of seed.
The striker scored in the attack for [Lyon:mentioned] on Saturday.
Voters in [Goroka:mentioned] go to the polls on Sunday.
A cyclone is threatening the coast of [Chittagong:mentioned].
The army held an exercise near [Gotland:mentioned].
He teaches history at a school in [Erbil:mentioned].
Sanctions were imposed on a bank in [Dubai:mentioned].
The number of arrivals in [Lampedusa:mentioned] has fallen.
Her family reached [Er Rahad:mentioned] on foot.
The road from [Kidal:mentioned] to [Gao:mentioned] reopened.
The wounded were flown to [Zahedan:mentioned].
A hospital in [Chaman:mentioned] received the injured.
The war has driven up prices in [Cairo:mentioned].
The pipeline runs from [Kirkuk:mentioned] to [Ceyhan:mentioned].
Supporters of the club from [Split:mentioned] threatened to boycott the match.
The airport in [Entebbe:mentioned] reopened on Sunday.
Doctors in [Nairobi:mentioned] are on strike.
Workers at the port of [Mombasa:mentioned] plan to strike next week.
The flood could reach [Multan:mentioned] by Tuesday.
Shells fell on [Yunakivka:site], a village in [Sumy:mentioned] region.
Gunmen from [Zamfara:mentioned] raided [Kuriga:site].
The company expects growth in [Lagos:mentioned] to slow.
An exhibition about the war opened in [Warsaw:mentioned].
The Bank of [Khartoum:none] closed its branches.
The singer will perform in [Beirut:mentioned] next month.
Drought threatens crops around [Baidoa:mentioned].
Refugees from [Bor:mentioned] now live in [Kakuma:mentioned].
A heart attack killed the poet at his home in [Tunis:mentioned].
Police in [Lima:mentioned] fear a strike by bus drivers.
"""

TABLES = {
    "movements": MOVEMENTS,
    "intentions": INTENTIONS,
    "fears": FEARS,
    "warnings": WARNINGS,
    "headings": HEADINGS,
    "later words": LATER_WORDS,
    "denials": DENIALS,
    "more denials": MORE_DENIALS,
    "bystanders": BYSTANDERS,
    "sites": SITES,
    "past": PAST,
    "venues": VENUES,
    "actors": ACTORS,
    "mentioned": MENTIONED,
}


def read_probe(line, gazetteer):
    """Yield (name, expected, found) of each place in brackets."""
    text, wanted, end = "", [], 0
    for match in _MARK.finditer(line):
        text += line[end : match.start()]
        wanted.append((len(text), match[1], match[2], match[3]))
        text += match[1]
        end = match.end()
    text += line[end:]
    lead = "Saturday, 11 May 2024\n\n"
    mentions = find_mentions(document_from_text(lead + text, "probe"), gazetteer)
    by_start = {m.span_start - len(lead): m for m in mentions if m.class_ == "place"}
    for start, name, role, modality in wanted:
        mention = by_start.get(start)
        given = (mention.role, mention.modality, mention.reason) if mention else ("none", "actual", "")
        yield name, (role, modality), given


def is_right(expected, given):
    role, modality = expected
    if role != given[0]:
        return False
    if role == "threatened" and modality is None:
        return given[1] in _AHEAD
    return role in {"none", "actor", "mentioned"} or given[1] == (modality or "actual")
