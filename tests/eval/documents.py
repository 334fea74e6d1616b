# ruff: noqa: E501  # invented prose reads better unbroken
"""Invented documents of many kinds, each as blocks with the lines a reader must get, and the ways editors mark text up.

A block is a paragraph, a table (rows of cells) or a picture; ``MARKUPS`` turn blocks into HTML as TRS, Word, WPS, the
WeChat editor, plain ``<br>`` and nested ``<div>`` do. All names, places and numbers are made up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape

Rows = tuple[tuple[str, ...], ...]
Block = str | Rows | None  # paragraph, table, picture


@dataclass(frozen=True, slots=True)
class Doc:
    """A document: what a portal's data base holds of it."""

    kind: str
    title: str
    published: str
    source: str
    blocks: tuple[Block, ...]
    doc_no: str | None = None
    index_no: str | None = None
    written: str | None = None
    files: tuple[tuple[str, str], ...] = ()  # name, address: shown by the page's template under the text
    year: int | None = None
    report: bool = False
    lines: tuple[str, ...] = field(default=())

    @property
    def expected(self) -> tuple[str, ...]:
        """The lines of the text in order; cells of a row joined (comparisons ignore white space)."""
        found: list[str] = []
        for block in self.blocks:
            if isinstance(block, str):
                found.append(block)
            elif block:
                found += ["".join(row) for row in block]
        return tuple(found)


def trs(blocks: Sequence[Block]) -> str:
    """TRS editor: full-width indents, inline styles, an empty paragraph at the end."""
    return (
        "".join(
            f'<p style="text-align: justify;">　　{escape(b)}</p>\n' if isinstance(b, str) else _other(b, "p")
            for b in blocks
        )
        + "<p><br/></p>"
    )


def word(blocks: Sequence[Block]) -> str:
    """Pasted from Word: every run a span, digits in another face, office tags, conditional comments."""

    def runs(text: str) -> str:
        third = max(1, len(text) // 3)
        parts = [text[i : i + third] for i in range(0, len(text), third)]
        return "".join(
            f'<span lang="EN-US" style="font-family:仿宋_GB2312;font-size:16.0pt;mso-hansi-font-family:宋体">{escape(p)}</span>\n' if n % 2 else
            f"<span style='font-size:16.0pt;line-height:150%'>{escape(p)}<o:p></o:p></span>" for n, p in enumerate(parts)
        )  # fmt: skip

    return "<!--[if gte mso 9]><xml><w:WordDocument></w:WordDocument></xml><![endif]-->" + "".join(
        f'<p class="MsoNormal" style="text-indent:32.0pt;mso-char-indent-count:2.0">{runs(b)}</p><p class="MsoNormal"><o:p>&nbsp;</o:p></p>\n'
        if isinstance(b, str)
        else _other(b, "p")
        for b in blocks
    )


def section(blocks: Sequence[Block]) -> str:
    """WeChat editor: sections in sections, spans, empty lines of br."""
    return (
        '<section data-role="outer"><section style="margin:0 8px">'
        + "".join(
            f'<section style="line-height:1.75em;text-indent:2em"><span style="font-size:16px"><span>{escape(b)}</span></span></section><section><br/></section>'
            if isinstance(b, str)
            else _other(b, "section")
            for b in blocks
        )
        + "</section></section>"
    )


def br(blocks: Sequence[Block]) -> str:
    """One block, a break and non-breaking spaces before each paragraph, upper case tags."""
    return "<BR>\n".join(
        f"&nbsp;&nbsp;&nbsp;&nbsp;{escape(b)}" if isinstance(b, str) else _other(b, "div") for b in blocks
    )


def divs(blocks: Sequence[Block]) -> str:
    """Nested divs without a class, a paragraph each."""
    return (
        "<div><div><div>"
        + "".join(f"<div>{escape(b)}</div>\n" if isinstance(b, str) else _other(b, "div") for b in blocks)
        + "</div></div></div>"
    )


def wps(blocks: Sequence[Block]) -> str:
    """Pasted from WPS: p with strong and font, a source line break inside a paragraph."""

    def broken(text: str) -> str:
        half = len(text) // 2
        return escape(text[:half]) + ("\n                " if len(text) > 40 else "") + escape(text[half:])

    return "".join(
        f'<p align="left" class="p0"><font face="仿宋">&#12288;&#12288;{"<strong>" + escape(b) + "</strong>" if len(b) < 20 else broken(b)}</font></p>'
        if isinstance(b, str)
        else _other(b, "p")
        for b in blocks
    )


def _other(block: Rows | None, tag: str) -> str:
    if block is None:
        return f'<{tag} style="text-align:center"><img src="./W020210318.jpg" alt="" picname="1.jpg" OLDSRC="W0.jpg"/></{tag}>'
    rows = "".join("<tr>" + "".join(f"<td><p>{escape(c)}</p></td>" for c in row) + "</tr>" for row in block)
    return f'<table border="1" cellspacing="0" class="MsoTableGrid"><tbody>{rows}</tbody></table>'


MARKUPS: dict[str, Callable[[Sequence[Block]], str]] = {
    "trs": trs, "word": word, "section": section, "br": br, "divs": divs, "wps": wps,
}  # fmt: skip

DOCS: tuple[Doc, ...] = (
    Doc("report", "示例区人民政府关于2020年度法治政府建设情况的报告", "2021-03-18", "示例区司法局", (
        "示例区人民政府关于2020年度法治政府建设情况的报告",
        "2020年，我区深入贯彻落实《法治政府建设实施纲要（2015-2020年）》，扎实推进法治政府建设。现将2020年度法治政府建设情况报告如下：",
        "一、主要举措和成效", "（一）依法全面履行政府职能。深化“放管服”改革，取消证明事项23项，政务服务事项网上可办率达98.6%。",
        "（二）完善依法行政制度体系。全年制定规范性文件6件，清理历年文件112件，其中废止17件。",
        "（三）推进严格规范公正文明执法。办理行政处罚案件1204件，公示率100%。", "（四）有效化解矛盾纠纷。收到行政复议申请56件，受理51件，审结48件。",
        "二、存在的不足和原因", "一是少数单位对法治建设重视不够，执法力量与任务不相适应；二是普法宣传的针对性还不强。",
        "三、党政主要负责人履行推进法治建设第一责任人职责情况", "区长主持召开政府常务会议研究法治工作4次，带头学法8次，年终述职同时述法。",
        "四、2021年度推进法治政府建设的主要安排", "下一步，我区将编制新一轮实施方案，健全行政执法协调监督机制，加强行政复议规范化建设。",
        "特此报告。", "示例区人民政府", "2021年1月22日",
    ), index_no="11990102MB0000011A/2021-00018", written="2021-01-22", year=2020, report=True),
    Doc("short_report", "示例镇2022年法治政府建设年度报告", "2023-01-16", "示例镇人民政府", (
        "2022年，示例镇坚持依法行政，现将法治政府建设情况报告如下：", "一、主要做法。召开法治专题会议4次，开展普法宣传12场，调解纠纷86件，成功率98%。",
        "二、存在问题。执法人员数量偏少，业务能力有待提高。", "三、下一年度计划。充实执法队伍，健全重大决策合法性审查制度。", "示例镇人民政府", "二〇二三年一月十日",
    ), written="2023-01-10", year=2022, report=True),
    Doc("notice", "示例市人民政府办公室关于印发《示例市城市更新管理办法》的通知", "2021-08-03", "市政府办公室", (
        "示政办发〔2021〕45号", "各县（市、区）人民政府，市政府各部门、各直属机构：",
        "《示例市城市更新管理办法》已经市政府第78次常务会议研究同意，现印发给你们，请认真组织实施。", "（此件公开发布）", "示例市人民政府办公室", "2021年7月30日",
    ), doc_no="示政办发〔2021〕45号", index_no="11990000MB00000000/2021-00233", written="2021-07-30", files=(("示例市城市更新管理办法.pdf", "./P020210803.pdf"),)),
    Doc("joint", "示例市财政局 示例市教育局关于下达2020年学生资助资金的通知", "2020-05-12", "示例市财政局", (
        "各县（市、区）财政局、教育局：", "根据上级有关规定，现下达2020年学生资助资金（具体金额见附件），请专款专用，加快支出进度，切实提高资金使用效益。",
        "附件：1.学生资助资金分配表", "2.绩效目标表", "示例市财政局", "示例市教育局", "二○二○年五月九日",
    ), doc_no="示财教〔2020〕1号", written="2020-05-09", files=(("1.学生资助资金分配表.xls", "/upload/1.xls"), ("2.绩效目标表.docx", "/upload/2.docx"))),
    Doc("personnel", "示例县2021年公开招聘事业单位工作人员拟聘用人员名单", "2021-09-27", "县人力资源和社会保障局", (
        "经笔试、面试、体检、考察，现将拟聘用人员名单公布如下：",
        (("序号", "姓名", "性别", "招聘单位", "岗位"), ("1", "甲某某", "男", "县水利站", "技术员"), ("2", "乙某", "女", "县文化馆", "馆员"), ("3", "丙某某", "女", "县卫生院", "护士")),
        "示例县人力资源和社会保障局", "2021年9月27日",
    ), written="2021-09-27"),
    Doc("faq", "关于灵活就业人员参保问题的解答", "2022-04-06", "示例市医疗保障局", (
        "问：灵活就业人员如何参加职工医保？", "答：持本人身份证到参保地经办窗口办理登记，也可以通过网上大厅申请。",
        "问：断缴后待遇怎么办？", "答：断缴不超过三个月的，补缴后待遇连续计算；超过三个月的，设六个月等待期。", "咨询电话：0000-1234567",
    )),
    Doc("rules", "示例市户外广告设施管理规定", "2019-12-05", "示例市司法局", (
        "示例市人民政府令", "第12号", "《示例市户外广告设施管理规定》已经2019年11月20日市政府第60次常务会议通过，现予公布，自2020年1月1日起施行。", "市长 丁某某", "2019年11月25日",
        "第一章 总则", "第一条 为了加强户外广告设施管理，维护市容环境，根据有关法律、法规，结合本市实际，制定本规定。", "第二条 本市城市建成区内户外广告设施的设置和监督管理，适用本规定。",
        "第二章 设置管理", "第三条 设置户外广告设施应当符合规划和技术规范，不得影响交通安全和居民生活。", "第三章 附则", "第四条 本规定自2020年1月1日起施行。",
    ), doc_no="示例市人民政府令第12号", written="2019-11-25"),
    Doc("bid", "示例县人民医院彩超采购项目公开招标公告", "2022-06-21", "示例县公共资源交易中心", (
        "项目概况", "彩超采购项目的潜在投标人应在电子交易平台获取招标文件，并于2022年7月12日9点30分（北京时间）前递交投标文件。",
        "一、项目基本情况", "项目编号：SLX-2022-031", "项目名称：示例县人民医院彩超采购项目", "预算金额：2860000元", "二、获取招标文件", "时间：2022年6月22日至2022年6月28日", "地点：电子交易平台",
        "三、联系方式", "1.采购人信息", "名称：示例县人民医院", "地址：示例县城关镇人民路1号", "联系方式：0000-7654321", "2.项目联系方式", "项目联系人：戊某", "电 话：0000-7654322",
    )),
    Doc("news", "我县召开优化营商环境工作推进会", "2023-02-14", "示例县融媒体中心", (
        "2月13日，我县召开优化营商环境工作推进会，县委副书记、县长己某某出席会议并讲话。", None,
        "会议指出，全县各级各部门要提高政治站位，把优化营商环境摆在更加突出的位置，以更大力度推动改革落地见效。",
        "会议强调，要聚焦企业关切，压缩审批时限，推广告知承诺，加强事中事后监管，严格规范涉企检查。", "各乡镇、县直有关部门主要负责人参加会议。（记者 庚某 摄影报道）",
    )),
    Doc("statistics", "示例市2021年国民经济和社会发展统计公报", "2022-03-25", "示例市统计局", (
        "2021年，全市上下坚持稳中求进工作总基调，经济运行总体平稳。[1]", "一、综合", "初步核算，全年地区生产总值1832.45亿元，比上年增长7.9%。",
        (("指标", "绝对数（亿元）", "比上年增长（%）"), ("地区生产总值", "1832.45", "7.9"), ("第一产业", "210.30", "6.8"), ("第二产业", "802.11", "8.2")),
        "二、人口", "年末常住人口312.6万人，城镇化率58.31%。", "注释：", "[1]本公报中数据均为初步统计数。", "资料来源：本公报中户籍人口数据来自市公安局，其他数据来自市统计局。",
    )),
    Doc("one_line", "停水通知", "2021-11-02", "示例区自来水公司", ("因管道维修，11月3日8时至17时城东片区停水，请提前做好储水准备。",)),
    Doc("only_file", "示例县2023年部门预算公开", "2023-02-28", "示例县财政局", (), files=(("示例县2023年部门预算.pdf", "./P020230228.pdf"),)),
    Doc("image", "一图读懂《示例市数字经济促进条例》", "2022-10-11", "市大数据局", (None,)),
    Doc("publicity", "关于示例水库除险加固工程环境影响评价文件拟批准的公示", "2020-10-19", "示例市生态环境局", (
        "根据建设项目环境影响评价审批程序的有关规定，经审查，我局拟对该项目环境影响评价文件作出批准意见，现予以公示。", "公示时间：2020年10月19日至2020年10月23日（5个工作日）。",
        "联系电话：0000-8888001", "传真：0000-8888002", "通讯地址：示例市湖滨路9号", "邮编：000000", "电子邮箱：slhj@example.cn",
    )),
    Doc("interview", "《示例市数据条例》政策解读", "2023-05-09", "市司法局", (
        "一、制定背景", "随着数字化转型加快，数据已成为重要生产要素，亟需通过地方立法予以规范和保障，推动数据依法有序流动。", "二、主要内容", "条例共七章六十二条，规定了数据权益、公共数据开放、数据安全等内容，明确了部门职责和法律责任。",
        "三、相关链接", "条例全文已在市政府公报刊登。",
    )),
    Doc("reply", "示例市住房和城乡建设局对市政协第十四届二次会议第035号提案的答复", "2023-08-30", "市住建局", (
        "辛某委员：", "您提出的关于加快老旧小区改造的提案收悉，现答复如下：", "一是编制改造计划，全年改造小区46个，惠及居民1.2万户。二是强化资金保障，争取上级补助1.1亿元。", "感谢您对我局工作的关心与支持！",
        "联系人：壬某", "联系电话：0000-5550123", "示例市住房和城乡建设局", "2023年8月15日",
    ), doc_no="示建函〔2023〕88号", written="2023-08-15"),
    Doc("department_report", "示例市水利局2021年度法治政府建设工作总结", "2022-03-30", "示例市水利局", (
        "2021年，市水利局以习近平法治思想为指导，认真落实法治政府建设各项任务。现将2021年度法治政府建设工作情况总结如下：", "一、2021年主要工作",
        "1.健全领导机制。成立法治政府建设领导小组，局党组专题研究法治工作3次，制定年度法治政府建设工作要点。", "2.规范水行政执法。立案查处涉水违法案件14起，罚款21.6万元，无一起行政复议和行政诉讼败诉案件。",
        "3.履行第一责任人职责。主要负责人带头学法，落实重大行政决策合法性审查制度，审查合同26份。", "二、存在问题", "基层执法力量薄弱，普法形式较为单一。", "三、2022年工作打算", "继续深化法治政府建设，加强执法队伍培训，推进“互联网+监管”。", "2022年1月20日",
    ), index_no="slslj/2022-00009", written="2022-01-20", year=2021, report=True),
    Doc("subtitle", "凝心聚力 砥砺前行——在示例县第十八届人民代表大会第一次会议上的报告", "2022-01-08", "示例县人民政府", (
        "各位代表：", "现在，我代表县人民政府，向大会报告政府工作，请予审议，并请县政协委员和其他列席人员提出意见。", "一、过去五年工作回顾", "过去五年，全县地区生产总值年均增长8.1%，城乡居民人均可支配收入分别增长7.5%和9.2%。", "二、今后五年工作安排", "坚持以人民为中心的发展思想，加快建设现代化新示例。",
    )),
)  # fmt: skip


def renamed(doc: Doc, **changes: object) -> Doc:
    """Return a document with other values: for labels in another form."""
    return replace(doc, **changes)  # type: ignore[arg-type]
