const first =
  `amber brisk calm clear coral crisp dapper early fair fleet fresh gentle glad golden grand hale honest
jolly keen kind lively loyal lucid mellow merry mild neat nimble noble patient placid plain plucky prompt quick quiet
rapid ready rosy round sage sharp silver sleek sober solid spry stable steady stout sunny swift tidy trim trusty
upbeat vivid warm wise witty`.split(/\s+/)

const second =
  `badger beaver bison bittern bream carp condor coot crane curlew dace dipper dove eagle egret eider elk
falcon finch fox gannet grebe gull hare hawk heron hobby ibex ibis jackdaw kestrel kite lark linnet lynx marten
merlin newt otter owl perch pike pipit plover puffin quail raven robin rook ruff salmon seal shrike siskin snipe
stoat stork swan swift teal tern thrush trout vole wagtail wren`.split(/\s+/)

/** A name that a person can say and remember, for a run that was given none, such as `plucky-heron-417`. */
export function randomRunName(random: () => number): string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] ?? 'run'
  return `${pick(first)}-${pick(second)}-${Math.floor(random() * 1000)}`
}
