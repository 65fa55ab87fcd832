package api

import (
	"bytes"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"headroom/alerting/picture"
)

// picture draws a node's load of the last 24 hours with its band, for notifications
// and for pages of others.
func (s *Server) picture(c *gin.Context) {
	p := &params{Values: c.Request.URL.Query()}
	format := p.oneOf("format", "png", "png", "svg")
	size := picture.Size{Width: p.whole("width", picture.Small.Width, picture.Most.Width), Height: p.whole("height", picture.Small.Height, picture.Most.Height)}
	if p.err == nil && !size.Fits() {
		p.err = badParam("width", fmt.Sprintf("%d × %d", size.Width, size.Height),
			fmt.Errorf("want %d × %d to %d × %d pixels", picture.Least.Width, picture.Least.Height, picture.Most.Width, picture.Most.Height))
	}
	if p.err != nil {
		s.fail(c, p.err)
		return
	}
	body, err := s.draw(c, format, size)
	if err != nil {
		s.fail(c, err)
		return
	}
	c.Header("Cache-Control", "private, max-age=60") // the load changes each minute
	c.Data(http.StatusOK, map[string]string{"png": "image/png", "svg": "image/svg+xml"}[format], body)
}

func (s *Server) draw(c *gin.Context, format string, size picture.Size) ([]byte, error) {
	t, i, err := s.find(c)
	if err != nil {
		return nil, err
	}
	curve, err := s.Capacity.Curve(c.Request.Context(), t.snap.Rows[i].ID, "")
	if err != nil {
		return nil, err
	}
	write := picture.PNG
	if format == "svg" {
		write = picture.SVG
	}
	var b bytes.Buffer
	err = write(&b, curve, float64(t.snap.Growth[i].TargetLoad), s.Location, size)
	return b.Bytes(), err
}
