import type { Certainty } from '../reference-codes/code-terms.ts';

/**
 * Characters that scanning, typing by shape, copying from other programs and wrong decoding put in the place of others.
 * Where a character is also a word of its own, only its neighbours tell.
 */
export interface LookAlike {
	readonly wrong: string;
	readonly right: string;
	readonly certainty: Certainty;
	/** Wrong unless one of these stands right before, or right behind. */
	readonly unlessBefore?: string;
	readonly unlessAfter?: string;
	/** Wrong only when one of these stands right before, or right behind; and not where `unless…` says otherwise. */
	readonly onlyBefore?: string;
	readonly onlyAfter?: string;
}

const seen = 'seen' as const;
const proposal = 'proposal' as const;

export const LOOK_ALIKES: readonly LookAlike[] = [
	{ wrong: '幵', right: '开', certainty: seen },
	{ wrong: '冇', right: '有', certainty: proposal },
	{ wrong: '囗', right: '口', certainty: proposal },
	{ wrong: '曰', right: '日', certainty: seen, unlessBefore: '子' },
	// 年末, 期末, 末期, 末端: the end of something. Else 未, not yet.
	{
		wrong: '末',
		right: '未',
		certainty: seen,
		unlessBefore: '年月期周季始本粉旬岁世学最微尾纪芥度初春夏秋冬明宋清汉元唐隋晋秦',
		unlessAfter: '尾期端级代了梢日段班位次伏',
	},
	{ wrong: '未', right: '末', certainty: proposal, onlyBefore: '始粉', onlyAfter: '尾端梢' },
	// 自己, 知己, 己方, and the cycles 戊己 and 己未. Else 已, already.
	{
		wrong: '己',
		right: '已',
		certainty: seen,
		unlessBefore: '自知克异利律体舍戊',
		unlessAfter: '方任见未丑亥酉巳卯庚',
	},
	{ wrong: '已', right: '己', certainty: seen, onlyBefore: '自知克' },
	{ wrong: '巳', right: '已', certainty: proposal, unlessBefore: '乙丁己辛癸', unlessAfter: '时' },
	// 保护土地, 河道土方: where earth is meant, words of earth follow.
	{
		wrong: '土',
		right: '士',
		certainty: seen,
		onlyBefore: '战人护博硕烈院卫女男骑教绅',
		unlessAfter: '地壤方木建豆石改葬层质产工政',
	},
	{
		wrong: '士',
		right: '土',
		certainty: seen,
		onlyAfter: '地壤方木建豆石改葬',
		onlyBefore: '国水泥沙黏粘净领',
		unlessBefore: '战人护博硕烈院卫女男骑教绅道学志勇壮武将名修',
	},
	{ wrong: '人', right: '入', certainty: proposal, onlyBefore: '收纳投', unlessAfter: '民员' },
	{ wrong: '入', right: '人', certainty: proposal, onlyAfter: '民员' },
	{
		wrong: '千',
		right: '干',
		certainty: proposal,
		onlyAfter: '部旱',
		unlessBefore: '一二三四五六七八九十百几两数上0123456789',
	},
	{ wrong: '干', right: '千', certainty: proposal, onlyAfter: '克瓦' },
	{ wrong: '囯', right: '国', certainty: proposal },
	{ wrong: '戸', right: '户', certainty: proposal },
	{ wrong: '収', right: '收', certainty: proposal },
	// Letters of other scripts that scanning reads for strokes.
	{ wrong: 'エ', right: '工', certainty: proposal },
	{ wrong: 'ロ', right: '口', certainty: proposal },
	{ wrong: 'ニ', right: '二', certainty: proposal },
	{ wrong: 'ハ', right: '八', certainty: proposal },
	{ wrong: 'カ', right: '力', certainty: proposal },
	{ wrong: 'タ', right: '夕', certainty: proposal },
	{ wrong: 'ト', right: '卜', certainty: proposal },
];

/**
 * What common Chinese words become when UTF-8 is read as GB18030: rare characters that no title has two of.
 * Derived: computed from the frequent words of titles.
 */
export const WRONG_DECODING = new Set(
	'鍏充簬鐨勯氱煡鍖浦尯鏀垮簻濮斿憳浼氭按鍔″眬鎶ュ憡璇绀哄鏂囦欢閲嶇偣宸ヤ綔绗鏈骞鍗拌揪鎵瑰鍐冲畾鍒跺害瑙勫垝',
);
/** Of these at least so many in one text; some are characters of ordinary words, too. */
export const WRONG_DECODING_LEAST = 3;
/** Characters of the list above that ordinary titles have. */
export const WRONG_DECODING_ORDINARY = new Set('充浦垮按眬″宸佺嶅害斿印重');
