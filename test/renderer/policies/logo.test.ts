import { describe, expect, it } from 'vitest'
import { pictureKind } from '../../../renderer/policies/logo.ts'

describe('a logo', () => {
  it('POL-4: is told by what the file holds, not by its name; WebP is none', () => {
    expect(pictureKind(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]))).toBe('png')
    expect(pictureKind(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe('jpeg')
    expect(pictureKind(new TextEncoder().encode('RIFF\0\0\0\0WEBPVP8 '))).toBeUndefined()
    expect(pictureKind(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeUndefined()
    expect(pictureKind(new Uint8Array())).toBeUndefined()
  })
})
