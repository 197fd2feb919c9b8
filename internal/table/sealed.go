package table

import (
	"encoding/base64"
	"slices"

	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// Mask stands for the value of a cell that is kept sealed, wherever rows are seen.
// Entered again it leaves the cell as it is.
const Mask = "•••"

// sealedCell is the one field of a sealed cell in a row's stored form. No column is
// of objects, so that nothing else looks like it.
const sealedCell = "sealed"

// SealCell seals the text of a cell, bound to its column's id.
type SealCell func(column, text string) ([]byte, error)

// OpenCell opens the text of a cell that was sealed.
type OpenCell func(column string, sealed []byte) (string, error)

// CellContext binds a sealed cell to its place.
func CellContext(org, table, row, column string) []byte {
	return []byte("data_row/" + org + "/" + table + "/" + row + "/" + column)
}

// sealedOf returns what a cell of a stored row holds, if it is sealed.
func sealedOf(cell any) ([]byte, bool) {
	o, ok := cell.(*value.Object)
	if !ok {
		return nil, false
	}
	sealed, err := base64.StdEncoding.DecodeString(o.Text(sealedCell))
	return sealed, err == nil
}

// Fill returns a row's stored form like [Table.Doc], and seals cells: those of the
// columns that seal names, and those that were sealed before. What a sealed cell
// holds stays where its value is not given, or is the [Mask]. before is the row's
// stored form until now, nil for a new one.
func (t *Table) Fill(values, before *value.Object, seal []string, fn SealCell) (*value.Object, error) {
	var old *value.Object
	if before != nil {
		old = t.Values(before)
	}
	doc, err := t.Doc(values, old)
	if err != nil {
		return nil, err
	}
	for _, name := range seal {
		if c, ok := t.Column(name); !ok || c.Type != value.Text {
			return nil, errs.New(errs.Invalid, "the table %q has no column %q of texts to keep sealed", t.Title, name)
		}
	}
	for _, c := range t.Columns {
		var cell any
		if before != nil {
			cell = before.At(c.ID)
		}
		_, was := sealedOf(cell)
		given, isGiven := values.Get(c.Name)
		if was && (!isGiven || given == Mask) {
			doc.Set(c.ID, cell)
			continue
		}
		text, _ := doc.At(c.ID).(string)
		if text == "" || !was && !slices.Contains(seal, c.Name) {
			continue
		}
		sealed, err := fn(c.ID, text)
		if err != nil {
			return nil, errs.Wrap(errs.KindOf(err), err, "column %q: it cannot be sealed", c.Name)
		}
		doc.Set(c.ID, value.Map(sealedCell, base64.StdEncoding.EncodeToString(sealed)))
	}
	return doc, nil
}

// Sealed returns the names of the columns whose cells are sealed in a row.
func (t *Table) Sealed(r Row) []string {
	var out []string
	for _, c := range t.Columns {
		if _, ok := sealedOf(r.Doc.At(c.ID)); ok {
			out = append(out, c.Name)
		}
	}
	return out
}

// Open returns a row with what its sealed cells hold, and those texts, which are to
// be shown to nobody.
func (t *Table) Open(r Row, fn OpenCell) (Row, []string, error) {
	var texts []string
	for _, c := range t.Columns {
		sealed, ok := sealedOf(r.Doc.At(c.ID))
		if !ok {
			continue
		}
		text, err := fn(c.ID, sealed)
		if err != nil {
			return r, nil, errs.Wrap(errs.KindOf(err), err, "column %q of row %s cannot be unsealed; was the key file replaced?", c.Name, r.ID)
		}
		r.Values = r.Values.With(c.Name, text)
		texts = append(texts, text)
	}
	return r, texts, nil
}

// Reseal returns a row's stored form with its sealed cells sealed anew, and whether
// there are any.
func Reseal(doc *value.Object, open OpenCell, seal SealCell) (*value.Object, bool, error) {
	out, found := doc, false
	for column, cell := range doc.All() {
		sealed, ok := sealedOf(cell)
		if !ok {
			continue
		}
		text, err := open(column, sealed)
		if err != nil {
			return nil, false, err
		}
		if sealed, err = seal(column, text); err != nil {
			return nil, false, err
		}
		out, found = out.With(column, value.Map(sealedCell, base64.StdEncoding.EncodeToString(sealed))), true
	}
	return out, found, nil
}
