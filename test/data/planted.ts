import { type Column, numberColumn, textColumn } from '../../shared/data/column.ts'
import type { LintOptions } from '../../shared/data/lint.ts'

/** So many rows has each planted table. */
export const rows = 400
/** Numbers that look drawn, the same each time. */
export const drawn = (seed: number, i: number): number =>
  ((Math.sin(seed * 999 + i * 12.9898) * 43758.5453) % 1) ** 2

/** A column of numbers. */
export const numbers = (
  name: string,
  of: (i: number) => number,
  kind: 'integer' | 'number' = 'number',
): Column =>
  numberColumn(
    name,
    kind,
    Float64Array.from({ length: rows }, (_, i) => of(i)),
  )
/** A column of texts. */
export const texts = (name: string, of: (i: number) => string | null): Column =>
  textColumn(
    name,
    Array.from({ length: rows }, (_, i) => of(i)),
  )
/** Columns of which no rule has anything to say. */
export const plain = [
  numbers('a', (i) => drawn(1, i) * 50 + 20),
  numbers('b', (i) => drawn(2, i) * 3 + 1),
  texts('c', (i) => ['red', 'green', 'blue'][Math.floor(drawn(3, i) * 3)] ?? 'red'),
]
/** Milliseconds. */
export const day = 86_400_000

/** Planted: columns beside plain ones, the rule that must speak, and what it must say. */
export const planted: readonly (readonly [string, readonly Column[], RegExp, LintOptions?])[] = [
  [
    'missing-together',
    [texts('d', (i) => (i < 40 ? null : 'x')), texts('e', (i) => (i < 40 ? null : `${i % 7}y`))],
    /missing together in 40 rows/,
  ],
  ['empty-column', [texts('d', () => null)], /d has no value/],
  [
    'missing',
    [texts('d', (i) => (i < 300 ? null : `v${i % 3}`))],
    /d is missing in 300 of 400 rows \(75 %\)/,
  ],
  [
    'written-missing',
    [texts('d', (i) => (i % 9 === 0 ? '?' : String(i % 17)))],
    /d is '\?' in 45 rows.*numbers/,
  ],
  ['number-missing', [numbers('d', (i) => (i % 50 === 0 ? -999 : drawn(4, i) * 10))], /d is -999 in 8 rows/],
  [
    'number-missing',
    [numbers('glucose', (i) => (i % 50 === 0 ? 0 : 80 + drawn(4, i) * 90))],
    /glucose is 0 in 8 rows/,
  ],
  ['stored-as-text', [texts('d', (i) => `$${1000 + i},50`.replace(',50', '.50'))], /d is text.*numbers/],
  ['stored-as-text', [texts('d', (i) => `${(i % 12) + 1}/${(i % 28) + 1}/2021`)], /d is text.*dates/],
  [
    'mixed-types',
    [texts('d', (i) => (i === 7 ? 'about ten' : String(i % 37)))],
    /d is numbers but for 1 row: 'about ten'/,
  ],
  ['mixed-types', [texts('d', (i) => `${50 + (i % 40)} ${i % 10 === 0 ? 'lb' : 'kg'}`)], /several units/],
  [
    'mixed-types',
    [texts('d', (i) => (i % 10 === 0 ? `0${(i % 9) + 1}.12.2020` : `2020-12-${10 + (i % 19)}`))],
    /dates in several forms/,
  ],
  ['constant-column', [texts('d', () => 'same')], /d \('same'\) is the same/],
  [
    'cap',
    [numbers('d', (i) => (i % 20 === 0 ? 5000 : Math.floor(drawn(5, i) * 1000)), 'integer')],
    /d is 5,000 in 20 rows/,
  ],
  ['impossible', [numbers('age', (i) => (i === 3 ? 230 : 20 + (i % 60)), 'integer')], /age is 230/],
  ['infinite', [numbers('d', (i) => (i < 3 ? Infinity : drawn(6, i)))], /d is infinite in 3 rows/],
  [
    'odd-date',
    [
      numberColumn(
        'd',
        'timestamp',
        Float64Array.from({ length: rows }, (_, i) =>
          i < 5 ? 0 : Date.UTC(2020, 0, 1) + ((i * 7) % 300) * day,
        ),
      ),
    ],
    /1970-01-01/,
  ],
  ['outlier', [numbers('d', (i) => (i === 9 ? 9000 : drawn(7, i) * 10 + 5))], /d 9,000/],
  [
    'category-variants',
    [texts('d', (i) => (i % 40 === 0 ? 'new york ' : (['New York', 'Boston'][i % 2] ?? '')))],
    /'New York' 190? .*|'New York'/,
  ],
  [
    'typo',
    [texts('d', (i) => (i === 5 ? 'Bostn' : (['New York', 'Boston'][i % 2] ?? '')))],
    /'Bostn' \(1 row\) for 'Boston'/,
  ],
  [
    'damaged-text',
    [texts('d', (i) => (i % 50 === 0 ? 'MÃ¼ller' : `Smith${i % 30}`))],
    /damaged text in 8 rows/,
  ],
  ['same-columns', [texts('d', (i) => `k${i % 12}`), numbers('e', (i) => i % 12, 'integer')], /d = e/],
  [
    'derived-column',
    [numbers('e', (i) => drawn(1, i) * 50 + 20 + drawn(2, i) * 3 + 1)],
    /a \+ b = e in all 400 rows/,
  ],
  ['alike-columns', [numbers('d', (i) => drawn(1, i) * 50 + drawn(8, i))], /a and d/],
  [
    'broken-dependency',
    [texts('zip', (i) => `z${i % 20}`), texts('city', (i) => (i === 21 ? 'Rome' : `city${i % 20}`))],
    /city is not what zip says in 1 row: 'z1' is 'city1', once 'Rome'/,
  ],
  [
    'key-not-unique',
    [numbers('user_id', (i) => (i < 4 ? 100 : 100 + i * 3), 'integer')],
    /user_id looks like a key, but 3 rows repeat/,
  ],
  ['identifier', [numbers('row_id', (i) => i + 1, 'integer')], /row_id numbers the rows/],
  [
    'target-leak',
    [texts('y', (i) => (drawn(1, i) > 0.3 ? 'yes' : 'no'))],
    /a alone tells y/,
    { target: 'y' },
  ],
  [
    'class-imbalance',
    [texts('y', (i) => (i % 100 === 0 ? 'rare' : `k${i % 2}`))],
    /rare \(4, 1 %\)/,
    { target: 'y' },
  ],
  [
    'missing-label',
    [texts('y', (i) => (i % 10 === 0 ? null : `k${i % 3}`))],
    /y is missing in 40 rows/,
    { target: 'y' },
  ],
  [
    'time-order',
    [
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + i * day),
      ),
    ],
    /Rows run from 2020-01-01 to 2021-02-03/,
    { target: 'a' },
  ],
  [
    'time-gaps',
    [
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + (i + (i > 100 ? 5 : 0)) * day),
      ),
    ],
    /when: 5 of 405 days are missing/,
  ],
  [
    'proxy',
    [
      texts('sex', (i) => (i % 2 === 0 ? 'Male' : 'Female')),
      texts('title', (i) => (i % 3 === 0 ? 'Dr' : i % 2 === 0 ? 'Mr' : 'Ms')),
    ],
    /title gives sex away \(Ms: 133 women, 0 men\)/,
  ],
  [
    'small-group',
    [texts('race', (i) => (i < 20 ? 'few' : 'many'))],
    /race has groups of few rows: few 20/,
    { rules: { 'small-group': { thresholds: { rows: 50 } } } },
  ],
  [
    'survey-weight',
    [numbers('sampling_weight', (i) => 100 + drawn(9, i) * 900)],
    /sampling_weight is a survey weight/,
  ],
  [
    'glued-values',
    [
      texts('town', (i) => (i % 40 === 0 ? 'Bend OR' : (['Bend', 'Salem', 'Reno', 'Elko'][i % 4] ?? ''))),
      texts('state', (i) => (i % 40 === 0 ? null : (['OR', 'OR', 'NV', 'NV'][i % 4] ?? ''))),
    ],
    /town holds state too in 10 rows where that is empty: 'Bend OR'/,
  ],
  [
    'odd-format',
    [texts('code', (i) => (i === 9 ? 'AB-12x45' : `AB-${10000 + ((i * 7919) % 90000)}`))],
    /code is written unlike the rest in 1 row: 'AB-12x45'; most are like 'AB-\d+'/,
  ],
  [
    'code-as-number',
    [numbers('zip_code', (i) => (i % 4 === 0 ? 2100 + i : 10000 + ((i * 7919) % 80000)), 'integer')],
    /zip_code holds postal codes as numbers: 100 rows lost the 0 in front/,
  ],
  [
    'kinds-as-numbers',
    [numbers('type_code', (i) => 1 + ((i * 7) % 4), 'integer')],
    /type_code \(4 kinds\) looks like kinds/,
  ],
  ['circular', [numbers('hr', (i) => (i * 7) % 24, 'integer')], /hr \(of 24\) goes round/],
  [
    'free-text',
    [
      texts(
        'review',
        (i) =>
          `The ${['room', 'food', 'staff', 'view'][i % 4] ?? ''} was ${['good', 'bad', 'fine'][i % 3] ?? ''}, and I would ${i % 2 === 0 ? 'come' : 'not come'} again in ${1990 + (i % 30)}.`,
      ),
    ],
    /review \(text, \d+ characters on average\)/,
  ],
  [
    'many-kinds',
    [
      texts(
        'town',
        (i) =>
          `${['North', 'South', 'East', 'West'][i % 4] ?? ''} ${String.fromCharCode(65 + (i % 26))}ville ${'xyz'[i % 3] ?? ''}`,
      ),
    ],
    /town has 156 kinds/,
  ],
  [
    'column-names',
    [texts('Name ', (i) => `v${i % 3}`), texts('name', (i) => `w${i % 5}`)],
    /'Name ' has blanks around/,
  ],
  [
    'total-row',
    [texts('region', (i) => (i === rows - 1 ? 'Total' : (['north', 'south'][i % 2] ?? '')))],
    /The last row is called 'Total' in region/,
  ],
  [
    'order-broken',
    [
      numbers('start_day', (i) => i % 50, 'integer'),
      numbers('end_day', (i) => (i % 50) + (i === 7 ? -3 : 1 + (i % 9)), 'integer'),
    ],
    /end_day is less than start_day in 1 row/,
  ],
  [
    'repeated-group',
    [texts('patient', (i) => `p${(i * 7) % 80}`)],
    /80 different patient in 400 rows: keep the rows of each on one side/,
  ],
  [
    'sorted-by-answer',
    [texts('y', (i) => (i < 150 ? 'no' : 'yes'))],
    /Rows are in the order of y: it changes 1 time in 400 rows/,
    { target: 'y' },
  ],
  [
    'time-disorder',
    [
      numberColumn(
        'when',
        'timestamp',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + (i === 40 ? 20 : i) * day),
      ),
    ],
    /when steps back in 1 row, first at row 40 \(2020-01-21\)/,
  ],
  [
    'stuck-value',
    [
      numberColumn(
        'when',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(2020, 0, 1) + i * day),
      ),
      numbers('level', (i) => (i >= 100 && i < 140 ? 5.5 : drawn(11, i) * 10)),
    ],
    /level stands at 5.5 for 40 rows, from row 100/,
  ],
  [
    'quasi-identifier',
    [
      texts('sex', (i) => (i % 2 === 0 ? 'f' : 'm')),
      numberColumn(
        'birth_date',
        'date',
        Float64Array.from({ length: rows }, (_, i) => Date.UTC(1960, 0, 1) + ((i * 7919) % 15000) * day),
      ),
    ],
    /birth_date and sex together single out \d+ of 400 rows/,
  ],
  ['personal-data', [texts('contact', (i) => `person${i}@example.org`)], /contact holds e-mail addresses/],
]
