/**
 * The months of the lunar calendar (农历) as it was in force, 1644–2050: five hexadecimal digits a year, the first the
 * number of the month that is repeated (闰; 0 for none), the rest a bit for each month in order, lowest first, set where
 * it has 30 days and not 29. The first day of 1644 is {@link FIRST_NEW_YEAR}; every other follows from the lengths.
 *
 * A table, because `chinese` of Intl gives another calendar, and not the same one in every browser and on the server. ICU 78
 * misplaces the leap months of 1890, 1917, 1922 and 1987 and begins a month a day off in 1896, 1897, 1954, 1955, 1999,
 * 2012, 2018, 2027 and 2030; before 1840 it is worse. Until 1928 the calendar was made for the meridian of Peking, until
 * 1913 with methods of the eighteenth century, which no computation of today repeats.
 *
 * Source: the month table of 寿星天文历, which follows 《新编万年历》 (Purple Mountain Observatory, 1840–2050) and the
 * calendars issued by the Qing. Compared in all of its 5,034 months with computed new moons (UT+8): 26 differ, of which 25
 * are the ones known to have been issued so, and one (1768-03-18) is a new moon within seconds of midnight. Months without
 * a solar term are repeated as the rules have it, but for 1645, 1651, 1661 and 1727, which are known exceptions.
 * @see GB/T 33661-2017 (rules in force today)
 */
export const LUNAR_YEARS =
	'00ec961e9200e9200d2640a5600a5b' + // 1644
	'004d6206d5006d5616c900749006935152b0052b00a5b3155a' + // 1650
	'0056a70b6500ba500b4961a9500a950052d40aad00ab5005aa' + // 1660
	'20ba500da571d4a00d4a00c965152e0055600ab5315b2006d2' + // 1670
	'80ea5007250064b60c97004ab0055b40ad600b6a0075231725' + // 1680
	'00b2571a4b00a4d004ab5056b005ad00baa31b5200d9271d25' + // 1690
	'00d2500a55614ad004b6005b540daa00ec900e9231d2600d26' + // 1700
	'70a5600a5b0055a506d5007550074930e93006938152b0052b' + // 1710
	'00aab6155a0056a00b654174a00b4a00a953152b0052d70aad' + // 1720
	'00ab5005aa50ba500da500d4a41d1500c96919560055600ad5' + // 1730
	'615b2006d200ea540e8a0068b00c97309560055b70ada00b6a' + // 1740
	'007525172500b4500a8b414ab004ad9096b005b500baa61b54' + // 1750
	'00da200d4551a8d00a95004ad209ad006b570daa00eca00ea2' + // 1760
	'51d4600d4a00a96315360055aa0ad500b650075260ea5006a5' + // 1770
	'0054b50a9700aab0055a30ad500b657175200d5200b155154b' + // 1780
	'0054d00aad4156a005b200ba921d5200d9261d1500d2600956' + // 1790
	'40aad00ad6005d420da900ec960e8a0068b00d27509560095b' + // 1800
	'00ada316d400754007452168b00a936152b004ad0096d40b6a' + // 1810
	'00baa00ba431b4500d4571a9500a950052d50aad00ab500daa' + // 1820
	'41da400ea491d4a00d4a00a96615360055a00ad5416ca00752' + // 1830
	'00ea53154a0054b70a9700aab0055a50b5500ba90075241aa5' + // 1840
	'00b2581a4b0094d00aad7156a005b400ba951d5200d9200d25' + // 1850
	'31a4d00956812b500ad6006d450da900ec900e9240d2600527' + // 1860
	'a0a570095b00b5a616d400754007495169300a930052b30a5b' + // 1870
	'0096d70b6a00daa00ba451b4900d4900a954152b0052d00aad' + // 1880
	'2156a00daa61da400ea400d4a50a9500a970055630ab500ad5' + // 1890
	'816d20075200ea55164a0064b00a9b415560056a00b5921752' + // 1900
	'0075261b2500b2500a4b514ab002ad0056b20b6900da971d92' + // 1910
	'00e9200d2551a4d00a56002b6415b5006d400ea921e9200e92' + // 1920
	'60d260052b00a57512b600b5a006d430ec9007497169300a93' + // 1930
	'0052b60a5b00aad0056a41b5500ba400b4921a9300a957152d' + // 1940
	'0053600aad515aa005b200da531d4a00d4a80a9500a9700556' + // 1950
	'60ab500ad5006d240ea500ea50064a30c9700a9b7155a0056a' + // 1960
	'00b695175200b5200b254164b00a4b814ab002ad0056d60b69' + // 1970
	'00da900d9241d2500d25a1a4d00a56002b6605b5006d500ea9' + // 1980
	'51e9200e9200d2630a5600a57814d60035a006d5516c900749' + // 1990
	'006934152b0052b00a5b2155a0056a71b5500ba400b4951a93' + // 2000
	'00a950052d40aad00ab5915aa005d200da561d4a00d4a00c95' + // 2010
	'4152e0055600ab5215b2006d260ea5007250064b50c9700cab' + // 2020
	'0055a30ad600b69b175200b5200b2561a4b00a4b004ab5055b' + // 2030
	'005ad00b6a21b5200d9271d2500d2500a55514ad004b6005b5' + // 2040
	'30daa'; // 2050

/** First lunar year of {@link LUNAR_YEARS}. */
export const FIRST_LUNAR_YEAR = 1644;

/** Last lunar year of {@link LUNAR_YEARS}. */
export const LAST_LUNAR_YEAR = 2050;

/** 1644-02-08, the first day of lunar 1644, as days since 1970-01-01. */
export const FIRST_NEW_YEAR = -119031;
