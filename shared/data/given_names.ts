/** Given names that many people bear in Europe, the Americas and South Asia: a column full of them names people. */
const names =
  'james john robert michael william david richard joseph thomas charles christopher daniel matthew anthony mark donald ' +
  'steven paul andrew joshua kenneth kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas ' +
  'eric jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis ' +
  'jerry tyler aaron jose adam henry nathan douglas zachary peter kyle walter ethan jeremy harold keith christian roger ' +
  'noah gerald carl terry sean austin arthur lawrence jesse dylan bryan joe jordan billy bruce albert willie gabriel ' +
  'mary patricia jennifer linda elizabeth barbara susan jessica sarah karen nancy lisa margaret betty sandra ashley ' +
  'dorothy kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen ' +
  'amy shirley angela helen anna brenda pamela nicole samantha katherine emma ruth christine catherine debra rachel ' +
  'carolyn janet virginia maria heather diane julie joyce victoria kelly christina lauren joan evelyn olivia judith ' +
  'megan cheryl martha andrea frances hannah jacqueline ann gloria jean kathryn alice teresa sara janice doris julia ' +
  'grace judy abigail marie denise beverly amber theresa marilyn danielle diana brittany natalie sophia rose isabella ' +
  'jan piotr krzysztof andrzej tomasz pawel agnieszka katarzyna malgorzata hans klaus jurgen wolfgang dieter uwe ' +
  'stefan martin andreas bernd matthias ursula monika petra sabine renate helga karin anja heike kerstin lukas jonas ' +
  'felix maximilian leon pierre jacques philippe alain jean michel francois christophe nicolas laurent sophie ' +
  'nathalie isabelle sylvie celine camille chloe manon luis carlos juan antonio manuel francisco javier miguel pedro ' +
  'alejandro jorge fernando rafael diego pablo carmen ana isabel dolores pilar lucia elena rosa giuseppe giovanni ' +
  'mario luigi francesco marco lorenzo matteo alessandro paolo giulia chiara francesca valentina erik lars anders ' +
  'karl sven johan mikael ingrid astrid mohamed mohammed muhammad ahmed ali omar hassan fatima aisha mehmet mustafa ' +
  'ayse emine raj amit rahul sanjay vijay priya anita sunita deepak ravi suresh ivan sergei dmitri olga tatiana ' +
  'natalia irina owen lucas oliver liam mason logan aiden mia ava ella lily chloe zoe harry charlie oscar alfie freya ' +
  'florence edith ernest alfred frederick fred herbert louis eugene clarence hugh walter elsie mabel agnes ellen annie'

const known: ReadonlySet<string> = new Set(names.split(' '))

/** Whether a text begins with, or has after a comma or title, a name that many people bear. */
export function hasGivenName(text: string): boolean {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^a-z]+/)
    .some((word) => known.has(word))
}
