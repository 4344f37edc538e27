/** Draws a screen of the corpus: windows full of text, tables and pictures, with codes among them, scaled and compressed as remote desktops are. */
import { randomOf, type Random } from './random.ts'
import type { CodeSpec, FrameSpec } from './corpus.ts'

type Context = OffscreenCanvasRenderingContext2D

export async function draw(spec: FrameSpec): Promise<ImageData> {
  const { width, height, scale } = spec
  const composed = contextOf(Math.round(width / scale), Math.round(height / scale))
  drawBackdrop(composed, spec)
  const columns = Math.ceil(Math.sqrt(spec.codes.length))
  for (const [index, code] of spec.codes.entries()) {
    const part = { width: composed.canvas.width / columns, height: composed.canvas.height / Math.ceil(spec.codes.length / columns) }
    drawCode(composed, code, (index % columns) * part.width, Math.floor(index / columns) * part.height, part)
  }
  const shown = contextOf(width, height)
  shown.imageSmoothingQuality = spec.smooth
  shown.drawImage(composed.canvas, 0, 0, width, height)
  if (spec.jpeg !== undefined) {
    const file = await shown.canvas.convertToBlob({ type: 'image/jpeg', quality: spec.jpeg / 100 })
    const bitmap = await createImageBitmap(file)
    shown.drawImage(bitmap, 0, 0)
    bitmap.close()
  }
  return shown.getImageData(0, 0, width, height)
}

export function contextOf(width: number, height: number): Context {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  return context
}

function drawCode(context: Context, code: CodeSpec, left: number, top: number, part: { width: number; height: number }): void {
  const count = code.modules.length
  const plain = contextOf(count + 2 * code.quiet, count + 2 * code.quiet)
  const [ink, paper] = code.inverted ? [code.paper, code.ink] : [code.ink, code.paper]
  plain.fillStyle = `rgb(${paper} ${paper} ${paper})`
  plain.fillRect(0, 0, plain.canvas.width, plain.canvas.height)
  plain.fillStyle = `rgb(${ink} ${ink} ${ink})`
  for (const [row, modules] of code.modules.entries()) {
    for (let column = 0; column < count; column += 1)
      if (modules[column] === '1') plain.fillRect(column + code.quiet, row + code.quiet, 1, 1)
  }
  const side = plain.canvas.width * code.modulePx
  const room = (length: number): number => Math.max(0, length - side)
  const [x, y] = [Math.round(left + code.x * room(part.width)), Math.round(top + code.y * room(part.height))]
  context.save()
  context.translate(x + side / 2, y + side / 2)
  context.rotate((code.degrees * Math.PI) / 180)
  if (code.mirrored) context.scale(-1, 1)
  context.imageSmoothingEnabled = !Number.isInteger(code.modulePx) || code.degrees % 90 !== 0
  if (code.blur > 0) context.filter = `blur(${code.blur * code.modulePx}px)`
  context.drawImage(plain.canvas, -side / 2, -side / 2, side, side)
  context.restore()
  if (code.covered > 0)
    drawPointer(context, x + side * (0.35 + code.x * 0.3), y + side * (0.35 + code.y * 0.3), side * Math.sqrt(code.covered * 2))
}

function drawPointer(context: Context, x: number, y: number, size: number): void {
  context.beginPath()
  context.moveTo(x, y)
  context.lineTo(x, y + size)
  context.lineTo(x + size * 0.7, y + size * 0.7)
  context.closePath()
  context.fillStyle = 'black'
  context.fill()
  context.strokeStyle = 'white'
  context.stroke()
}

function drawBackdrop(context: Context, { backdrop, dark, seed }: FrameSpec): void {
  const random = randomOf(seed ^ 0x5f5f)
  const { width, height } = context.canvas
  const [paper, ink] = dark ? ['#14161b', '#d7dae0'] : ['#ffffff', '#202428']
  context.fillStyle = paper
  context.fillRect(0, 0, width, height)
  context.fillStyle = ink
  const side = 8 + Math.floor(random() * 20)
  switch (backdrop) {
    case 'plain':
      return
    case 'text':
      return writeLines(context, random, `${13 + Math.floor(random() * 6)}px sans-serif`, 19, paragraph)
    case 'source':
      return writeLines(context, random, `${12 + Math.floor(random() * 4)}px monospace`, 17, sourceLine)
    case 'table':
      writeLines(context, random, '13px sans-serif', 26, paragraph)
      for (let y = 0; y < height; y += 26) context.fillRect(0, y, width, 1)
      for (let x = 0; x < width; x += 180) context.fillRect(x, 0, 1, height)
      return
    case 'checks':
      // What looks like a code and is none: checks, stripes, squares in squares.
      for (let y = 0; y < height; y += side)
        for (let x = 0; x < width; x += side)
          if ((x / side + y / side) % 2 < 1 && random() < 0.9) context.fillRect(x, y, side / (1 + (y % 3)), side)
      for (let count = 0; count < 12; count += 1) drawTarget(context, random() * width, random() * height, 3 + random() * 4, paper, ink)
      return
    case 'photo':
      drawPhoto(context, random)
  }
}

/** The mark in a code's corners, without a code. */
function drawTarget(context: Context, x: number, y: number, unit: number, paper: string, ink: string): void {
  for (const [inset, style] of [
    [-1, paper],
    [0, ink],
    [1, paper],
    [2, ink],
  ] as const) {
    context.fillStyle = style
    context.fillRect(x + inset * unit, y + inset * unit, (7 - 2 * inset) * unit, (7 - 2 * inset) * unit)
  }
}

function drawPhoto(context: Context, random: Random): void {
  const { width, height } = context.canvas
  for (let count = 0; count < 160; count += 1) {
    const [x, y, radius] = [random() * width, random() * height, 30 + random() * 300]
    const blob = context.createRadialGradient(x, y, 0, x, y, radius)
    blob.addColorStop(0, `hsl(${random() * 360} 50% ${random() * 100}% / 70%)`)
    blob.addColorStop(1, 'transparent')
    context.fillStyle = blob
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius)
  }
  for (let count = 0; count < 6000; count += 1) {
    context.fillStyle = `hsl(${random() * 360} 30% ${random() * 100}% / 50%)`
    context.fillRect(random() * width, random() * height, 1 + random() * 3, 1 + random() * 3)
  }
}

const letters = 'etaoinshrdlucmfwypvbgkjqxz'

function writeLines(context: Context, random: Random, font: string, lineHeight: number, line: (random: Random) => string): void {
  context.font = font
  for (let y = lineHeight; y < context.canvas.height; y += lineHeight) context.fillText(line(random), 12, y)
}

function words(random: Random, count: number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 10) }, () => letters[Math.floor(random() * random() * letters.length)]).join(''),
  )
}

const paragraph = (random: Random): string => words(random, 20 + Math.floor(random() * 40)).join(' ')

const sourceLine = (random: Random): string =>
  `${' '.repeat(2 * Math.floor(random() * 6))}${words(random, 3 + Math.floor(random() * 22)).join(random() < 0.3 ? '.' : ' ')}({ [${Math.floor(random() * 999)}] });`
