package scim

import (
	"fmt"
	"strconv"
	"time"

	"sallyport/internal/value"
)

// Bytes that a record has beside its document, and each other end of a membership,
// with the names of fields: so that a page is not moved about as it grows.
const (
	usualMeta    = 250
	usualRelated = 150
)

// written returns the answer to a search whose records came as texts. They are put
// together as they are: to read a hundred documents and to write them again would
// cost more than all else. None for few records, which the log of exchanges shows,
// or for records that are to be changed on the way.
func (h *handler) written(head *value.Object, records []Record) ([]byte, bool) {
	if len(records) <= maxListed {
		return nil, false
	}
	start := value.JSON(head)
	room := len(start)
	for _, r := range records {
		if r.Text == "" {
			return nil, false
		}
		room += len(r.Text) + len(h.base) + usualMeta + len(r.Related)*(len(h.base)+usualRelated)
	}
	out := append(make([]byte, 0, room), start[:len(start)-1]...)
	out = append(out, `,"Resources":[`...)
	for i, r := range records {
		if i > 0 {
			out = append(out, ',')
		}
		out = h.appendText(out, r)
	}
	return append(out, "]}"...), true
}

// appendText writes what [handler.render] makes, with the document at its end.
func (h *handler) appendText(b []byte, r Record) []byte {
	b = append(append(b, `{"id":`...), value.JSON(r.ID)...)
	b = append(append(b, `,"meta":{"resourceType":"`...), r.Kind...)
	b = appendStamp(append(b, `","created":"`...), r.Created)
	b = appendStamp(append(b, `","lastModified":"`...), r.Modified)
	b = append(append(b, `","location":`...), value.JSON(h.location(r.Ref))...)
	b = append(b, `,"version":`...)
	if len(r.Related) == 0 {
		b = append(strconv.AppendInt(append(b, `"W/\"`...), r.Version, 10), `\""`...)
	} else {
		b = append(b, value.JSON(tag(r))...)
	}
	b = append(b, '}')
	if list := h.related(r); len(list) > 0 {
		b = append(append(append(b, `,"`...), related(r.Kind)...), `":`...)
		b = append(b, value.JSON(list)...)
	}
	if rest := r.Text[1:]; rest != "}" {
		b = append(b, ',')
		return append(b, rest...)
	}
	return append(b, '}')
}

func appendStamp(b []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
}

// readRecords returns records with their documents where they came as texts.
func readRecords(records []Record) ([]Record, error) {
	for i, r := range records {
		if r.Document != nil {
			continue
		}
		v, err := value.ParseJSON([]byte(r.Text))
		if err != nil {
			return nil, fmt.Errorf("read document of %s %s: %w", r.Kind, r.ID, err)
		}
		doc, ok := v.(*value.Object)
		if !ok {
			return nil, fmt.Errorf("the document of %s %s is no object", r.Kind, r.ID)
		}
		records[i].Document = doc
	}
	return records, nil
}
