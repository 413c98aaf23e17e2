import type { MetricDirection } from './comparison.ts'

const lower =
  /^(loss|losses|error|errors|err|mse|rmse|mae|mape|smape|msle|rmsle|mdae|logloss|crossentropy|entropy|brier|hinge|perplexity|ppl|wer|cer|ter|bpb|bpc|eer|fid|divergence|regret|latency|deviance|rmspe|hamming|ece)$/
const higher =
  /^(accuracy|acc|auc|auroc|auprc|aupr|f1|f2|fbeta|precision|recall|sensitivity|specificity|r2|score|map|ap|ndcg|mrr|iou|miou|dice|jaccard|kappa|mcc|bleu|rouge|rouge1|rouge2|rougel|meteor|reward|return|gini|psnr|ssim|top1|top5|throughput|elbo|likelihood|ll|em|hit)$/

/**
 * Which way a metric is good, judged by the words of its name: the last word that tells anything counts, so that
 * `val_loss` and `neg_mean_squared_error` are told apart (scikit-learn's negated errors are better higher).
 */
export function guessDirection(key: string): MetricDirection {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\blog[ _-]loss\b|log_loss/g, 'logloss')
    .split(/[^a-z0-9]+/)
  const told = words.findLast((word) => lower.test(word) || higher.test(word))
  if (told === undefined) return null
  const down = lower.test(told)
  const negated = words.some((word) => word === 'neg' || word === 'negative')
  return down === negated ? 'higher' : 'lower'
}

/** Whether `a` is better than `b`, both numbers, for a metric whose direction is known. */
export function isBetter(direction: 'lower' | 'higher', a: number, b: number): boolean {
  return direction === 'lower' ? a < b : a > b
}
