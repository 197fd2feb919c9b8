package store_test

import (
	"testing"

	"sallyport/internal/letter"
	"sallyport/internal/portal"
	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
	"sallyport/internal/store"
	"sallyport/internal/store/storetest"
)

// noMail asks people, and writes to nobody.
func noMail() *portal.Asker {
	return &portal.Asker{Office: &letter.Office{Now: start}, Server: "https://sallyport.example", Now: start}
}

// The directory in SQL keeps what every directory promises.
func TestDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		n := 0
		scimtest.Run(t, func(t *testing.T) scim.Directory {
			n++
			o := portal.Organization{ID: string(rune('a'+n/26)) + string(rune('a'+n%26)), Name: "Acme"}
			o.Slug = o.ID
			if err := db.Organizations.Add(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			return db.Directory(o, noMail())
		})
	})
}
