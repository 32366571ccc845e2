import { describe, expect, it } from 'vitest';
import { dat18 } from './profiles/dat18/dat18.ts';
import { isad } from './profiles/isad.ts';
import { richTextOf } from './rich-text.ts';
import { rowColumns } from './row-columns.ts';

describe('row columns', () => {
	it('of an item under DA/T 18', () => {
		expect(
			rowColumns(dat18, {
				level: 'item',
				fields: {
					title: '关于南塘河疏浚工程的批复',
					referenceCode: 'B004-WS·2014-D30-YW-0041',
					documentDate: '20140506',
					year: 2014,
					'creators#2': { order: 'a1', text: '沧浦区财政局' },
					'creators#1': { order: 'a0', text: '沧浦区水务局' },
					retentionPeriod: 'D30',
					accessStatus: 'open',
				},
				bodies: { note: richTextOf('附图一张') },
			}),
		).toEqual({
			title: '关于南塘河疏浚工程的批复',
			referenceCode: 'B004-WS·2014-D30-YW-0041',
			dateText: '20140506',
			creatorsText: '沧浦区水务局; 沧浦区财政局',
			ownAccess: 'open',
			searchText:
				'关于南塘河疏浚工程的批复\nB004-WS·2014-D30-YW-0041\n20140506\n沧浦区财政局\n沧浦区水务局\n附图一张',
		});
	});

	it('hold words once that are there already, but no part of a word', () => {
		const searchText = (title: string, note: string): string =>
			rowColumns(dat18, { level: 'item', fields: { title }, bodies: { note: richTextOf(note) } }).searchText;
		expect(searchText('关于修正办法的通知', '修正办法')).toBe('关于修正办法的通知');
		expect(searchText('party', 'art')).toBe('party\nart');
	});

	it('take the range of a file and else the year', () => {
		const file = { level: 'file', bodies: {} };
		expect(
			rowColumns(dat18, { ...file, fields: { dateRange: '19850101-19851231', year: 1985 } }).dateText,
		).toBe('19850101-19851231');
		expect(rowColumns(dat18, { ...file, fields: { year: 1985 } }).dateText).toBe('1985');
	});

	it('join the dates of ISAD(G) and give plain words of a marked title', () => {
		const columns = rowColumns(isad, {
			level: 'file',
			fields: {
				title: { text: 'Letters on  Hamlet', marks: [{ type: 'italic', from: 11, to: 17 }] },
				'dates#1': { order: 'a0', text: '1901–1902', normal: '1901/1902' },
				'dates#2': { order: 'a1', text: '1910' },
			},
			bodies: {},
		});
		expect(columns).toMatchObject({
			title: 'Letters on Hamlet',
			dateText: '1901–1902; 1910',
			ownAccess: null,
		});
	});

	it('have no access status where the level has none, and an unknown one opens nothing', () => {
		const empty = { fields: {}, bodies: {} };
		expect(rowColumns(dat18, { ...empty, level: 'fonds' }).ownAccess).toBe('structural');
		expect(rowColumns(isad, { ...empty, level: 'fonds' }).ownAccess).toBeNull();
		expect(
			rowColumns(dat18, { level: 'item', fields: { accessStatus: '馆内可查' }, bodies: {} }).ownAccess,
		).toBe('notReviewed');
		expect(rowColumns(dat18, { level: 'item', fields: { accessStatus: '控制' }, bodies: {} }).ownAccess).toBe(
			'restricted',
		);
	});
});
