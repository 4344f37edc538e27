/**
 * Answers of a pure function for what comes again and again, such as the same texts of policy and the same durations. When there are too many it begins
 * anew. Whoever gets an answer shares it with others, and must not change it. What has no answer (undefined) is not kept.
 */
export function remembered<Asked extends string | number, Answer>(answer: (asked: Asked) => Answer, most = 1000): (asked: Asked) => Answer {
  const known = new Map<Asked, Answer>()
  return (asked) => {
    const before = known.get(asked)
    if (before !== undefined) return before
    const made = answer(asked)
    if (made === undefined) return made
    if (known.size >= most) known.clear()
    known.set(asked, made)
    return made
  }
}
