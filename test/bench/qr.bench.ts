/**
 * Reading codes off screens. `qr-detection`: screens of a generated corpus on which everything was found that raw zxing-wasm finds with the best of its
 * settings (as it is, twice and three times as large), out of those: in the quick look at a frame and the close one after it. `qr-1080p`, `qr-4k`: the
 * quick look, 95th percentile, against one raw decode; `qr-close`: the close one at 1080p.
 */
import { corpus } from './qrPage/corpus.ts'
import { readCorpus, type Judged } from './qrPage/run.ts'
import { quantile } from './quantiles.ts'

const frames = Number(process.env['GATEHOUSE_QR_FRAMES'] ?? 1080)

export async function run() {
  const judged = await readCorpus(corpus(1, frames))
  const wrong = judged.flatMap((one) => one.wrong)
  if (wrong.length > 0) throw new Error(`taken for a challenge, and none of those on the screen: ${wrong.join(', ')}`)
  const readable = judged.filter((one) => one.readable.length > 0)
  const found = (missed: (one: Judged) => string[]): number => readable.filter((one) => missed(one).length === 0).length
  const [frame, still] = [found((one) => one.missedInFrame), found((one) => one.missedInStill)]
  // As the console does: whatever a quick look at a frame finds or does not find, a close look at the same picture comes before anything is shown.
  const seen = found((one) => one.missedInFrame.filter((text) => one.missedInStill.includes(text)))
  return [
    times(
      'qr-1080p',
      judged.filter(({ spec }) => spec.width === 1920),
    ),
    times(
      'qr-4k',
      judged.filter(({ spec }) => spec.width === 3840),
    ),
    times(
      'qr-close',
      judged.filter(({ spec }) => spec.width === 1920),
      'stillMs',
    ),
    {
      measure: 'qr-detection',
      value: (100 * seen) / readable.length,
      unit: '%',
      against: `${readable.length} of ${judged.length} frames that raw zxing-wasm reads at its best; 0 false accepts; by the quick look alone ${percent(frame / readable.length)}, by the close one alone ${percent(still / readable.length)}`,
      ratio: seen / readable.length,
    },
  ]
}

function times(measure: string, judged: readonly Judged[], look: 'frameMs' | 'stillMs' = 'frameMs') {
  const ours = quantile(
    judged.map(({ result }) => result[look]),
    0.95,
  )
  const raw = quantile(
    judged.map(({ result }) => result.rawMs),
    0.95,
  )
  const medians = [
    quantile(
      judged.map(({ result }) => result[look]),
      0.5,
    ),
    quantile(
      judged.map(({ result }) => result.rawMs),
      0.5,
    ),
  ]
  return {
    measure,
    value: ours,
    unit: 'ms',
    against: `one raw decode, both 95th percentile of ${judged.length} frames (medians ${medians.map((ms) => ms.toFixed(0)).join(' and ')} ms)`,
    ratio: ours / raw,
  }
}

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`
