/* Writes a small PDF for the tests, of the kinds of pages that lessons have: text, a diagram, a
 * photograph-like picture, a page in portrait.
 *   make-pdf FILE [PAGES] */
#include <cairo-pdf.h>
#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WIDTH 960.0 /* points: 4:3 would be 720 wide */
#define HEIGHT 540.0
#define FONT "Noto Sans CJK SC"

static void
paint_ground(cairo_t *cairo)
{
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_set_source_rgb(cairo, 0.08, 0.1, 0.14);
}

static void
say(cairo_t *cairo, double x, double y, double size, const char *text)
{
    cairo_select_font_face(cairo, FONT, CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, size);
    cairo_move_to(cairo, x, y);
    cairo_show_text(cairo, text);
}

static void
draw_text(cairo_t *cairo, unsigned page)
{
    static const char *const lines[] = {
        "勾股定理：直角三角形两条直角边的平方和等于斜边的平方。",
        "In a right triangle the squares of the two legs add up to that of the hypotenuse.",
        "例一：已知 a = 3，b = 4，求 c。  c² = 3² + 4² = 25，所以 c = 5。",
        "例二：梯子长 2.5 米，底端离墙 0.7 米，顶端离地多高？",
        "1. 画出图形   2. 找出直角   3. 写出等式   4. 计算并检验",
        "Exercise: which of 5-12-13, 6-8-11 and 9-40-41 are right triangles?",
    };
    g_autofree char *title = g_strdup_printf("第 %u 课  勾股定理", page + 1);

    say(cairo, 60, 90, 44, title);
    for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++)
        say(cairo, 60, 160 + i * 58, 22, lines[(i + page) % G_N_ELEMENTS(lines)]);
}

static void
draw_diagram(cairo_t *cairo, unsigned page)
{
    static const double colours[][3] = {{0.2, 0.45, 0.8}, {0.9, 0.55, 0.15}, {0.25, 0.65, 0.4}};

    say(cairo, 60, 80, 34, "降水量（毫米）  Rainfall by month");
    cairo_set_line_width(cairo, 2);
    for (unsigned i = 0; i < 12; i++) {
        double height = 60 + 220 * fabs(sin(i * 0.7 + page));
        const double *c = colours[i % 3];
        cairo_set_source_rgb(cairo, c[0], c[1], c[2]);
        cairo_rectangle(cairo, 80 + i * 68, 460 - height, 44, height);
        cairo_fill(cairo);
        cairo_set_source_rgb(cairo, 0.08, 0.1, 0.14);
        g_autofree char *month = g_strdup_printf("%u 月", i + 1);
        say(cairo, 82 + i * 68, 490, 18, month);
    }
    cairo_move_to(cairo, 70, 120);
    cairo_line_to(cairo, 70, 460);
    cairo_line_to(cairo, 900, 460);
    cairo_stroke(cairo);
}

/* Soft shapes and grain, which no palette holds. */
static void
draw_photograph(cairo_t *cairo, unsigned page)
{
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 640, 400);
    unsigned char *pixels = cairo_image_surface_get_data(image);
    int stride = cairo_image_surface_get_stride(image);
    g_autoptr(GRand) random = g_rand_new_with_seed(page + 1);

    for (int y = 0; y < 400; y++) {
        for (int x = 0; x < 640; x++) {
            double sky = y < 220 - 60 * sin(x * 0.012 + page) ? 1 : 0;
            unsigned char *pixel = pixels + y * stride + x * 4;
            int grain = g_rand_int_range(random, -6, 7);
            pixel[0] = (unsigned char)CLAMP(sky * 210 - y * 0.2 + 40 + grain, 0, 255);
            pixel[1] = (unsigned char)CLAMP(120 + sky * 50 + 30 * sin(x * 0.05) + grain, 0, 255);
            pixel[2] = (unsigned char)CLAMP(90 + sky * 40 + y * 0.15 + grain, 0, 255);
        }
    }
    cairo_surface_mark_dirty(image);
    say(cairo, 60, 80, 34, "东乡的山  The hills of Dongxiang");
    cairo_set_source_surface(cairo, image, 160, 110);
    cairo_paint(cairo);
    cairo_surface_destroy(image);
}

static void
draw_page(cairo_t *cairo, unsigned page)
{
    paint_ground(cairo);
    if (page % 4 == 1)
        draw_diagram(cairo, page);
    else if (page % 4 == 2)
        draw_photograph(cairo, page);
    else
        draw_text(cairo, page);
    cairo_show_page(cairo);
}

/* Cairo 1.16 loses some memory with each PDF; what is tested here is who reads them. */
int __lsan_is_turned_off(void);
int
__lsan_is_turned_off(void)
{
    return 1;
}

int
main(int argc, char **argv)
{
    unsigned n_pages = argc > 2 ? (unsigned)atoi(argv[2]) : 4;

    if (argc < 2) {
        fprintf(stderr, "usage: make-pdf FILE [PAGES]\n");
        return 64;
    }
    cairo_surface_t *surface = cairo_pdf_surface_create(argv[1], WIDTH, HEIGHT);
    cairo_t *cairo = cairo_create(surface);
    for (unsigned page = 0; page < n_pages; page++) {
        if (page % 4 == 3)
            cairo_pdf_surface_set_size(surface, HEIGHT, WIDTH * 0.8);
        else
            cairo_pdf_surface_set_size(surface, WIDTH, HEIGHT);
        draw_page(cairo, page);
    }
    cairo_destroy(cairo);
    cairo_status_t status = cairo_surface_status(surface);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    return status == CAIRO_STATUS_SUCCESS ? 0 : 74;
}
