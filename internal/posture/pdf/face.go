package pdf

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// face knows which characters the fonts have: those of Latin, Greek and Cyrillic.
type face struct {
	fonts []*sfnt.Font
	buf   sfnt.Buffer
	has   map[rune]bool
}

func newFace() (*face, error) {
	f := &face{has: map[rune]bool{}}
	for _, text := range [][]byte{goregular.TTF, gobold.TTF} {
		font, err := sfnt.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("read the font of the report: %w", err)
		}
		f.fonts = append(f.fonts, font)
	}
	return f, nil
}

// can reports whether every font has a character.
func (f *face) can(r rune) bool {
	has, known := f.has[r]
	if known {
		return has
	}
	has = true
	for _, font := range f.fonts {
		i, err := font.GlyphIndex(&f.buf, r)
		has = has && err == nil && i != 0
	}
	f.has[r] = has
	return has
}

// text is a text as it can be printed: what the fonts lack is written by its number,
// so that nothing is lost and two names that differ still do. Characters that show
// nothing but steer how others are shown are written so, too.
func (f *face) text(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteRune(r)
		case unicode.IsSpace(r) && r <= 0xff:
			b.WriteByte(' ')
		case unicode.IsPrint(r) && r <= 0xffff && f.can(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}
