import assert from 'node:assert/strict'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { decodeStream, decodeText, detectEncoding } from '../../shared/data/encoding.ts'

/** Texts that people of a language write, and the encodings that files of theirs come in. */
const texts: readonly [string, readonly string[]][] = [
  [
    'id,nom,ville\n1,Hélène Dupré,Besançon\n2,François Lefèvre,Orléans\n',
    ['windows-1252', 'macroman', 'cp850'],
  ],
  ['id,name,ort\n1,Jürgen Groß,München\n2,Käthe Müller,Düsseldorf\n', ['windows-1252', 'macroman', 'cp437']],
  ['id,prix\n1,12 €\n2,Cœur 5 €\n', ['windows-1252', 'iso-8859-15']],
  ['id,text\n1,“It’s fine” – he said…\n2,don’t\n', ['windows-1252', 'macroman']],
  ['id,imię,miasto\n1,Łukasz Wiśniewski,Łódź\n2,Zażółć gęślą jaźń,Gdańsk\n', ['windows-1250', 'iso-8859-2']],
  ['id,jméno\n1,Jiří Dvořák\n2,Tomáš Černý\n3,Žižka,Plzeň\n', ['windows-1250', 'iso-8859-2']],
  ['номер,имя,город\n1,Иван Петров,Москва\n2,Ольга Смирнова,Казань\n', ['windows-1251', 'koi8-r', 'cp866']],
  ['α/α,όνομα,πόλη\n1,Γιώργος Παπαδόπουλος,Αθήνα\n2,Μαρία,Θεσσαλονίκη\n', ['windows-1253']],
  ['no,ad,şehir\n1,Ayşe Yılmaz,İstanbul\n2,Çağrı Güneş,Eskişehir\n', ['windows-1254']],
  ['番号,名前,都市\n1,山田太郎さん,東京です\n2,すずき はなこ,大阪のまち\n', ['shift_jis', 'euc-jp']],
  ['编号,姓名,城市\n1,张伟,北京市\n2,王芳,上海市\n', ['gb18030']],
  ['編號,姓名,城市\n1,張偉,臺北市\n2,王芳的家,高雄市\n', ['big5']],
  ['번호,이름,도시\n1,김철수,서울특별시\n2,이영희,부산광역시\n', ['euc-kr']],
]

describe('encoding', () => {
  const unicode = ['utf-8', 'utf-16le', 'utf-16be', 'utf-32le', 'utf-32be']
  for (const [text, encodings] of texts) {
    it(`is found for ${text.split('\n')[1] ?? ''}`, () => {
      for (const name of [...encodings, ...unicode]) {
        const bytes = iconv.encode(text, name)
        const found = detectEncoding(bytes)
        assert.equal(decodeText(bytes, found), text, `${name} was taken for ${found.name}`)
      }
    })
  }

  it('follows a mark and leaves it out', () => {
    for (const name of unicode) {
      const bytes = iconv.encode('a,ö\n', name, { addBOM: true })
      assert.equal(decodeText(bytes, detectEncoding(bytes)), 'a,ö\n', name)
    }
  })

  it('decodes pieces that cut a character', () => {
    const bytes = iconv.encode('番号,ö€\n', 'utf-8', { addBOM: true })
    const stream = decodeStream(detectEncoding(bytes))
    const pieces = Array.from(bytes, (byte) => stream.push(Uint8Array.of(byte)))
    assert.equal(pieces.join('') + stream.end(), '番号,ö€\n')
  })

  it('gives any bytes some encoding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const found = detectEncoding(bytes)
        assert.ok(found.confidence >= 0 && found.confidence <= 1)
        assert.equal(typeof decodeText(bytes, found), 'string')
      }),
    )
  })
})
