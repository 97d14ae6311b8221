"""What bodies an invented county has: names and relative sizes, in protocol order.

{c} stands for the county (剡溪县), {t} for a township. Sizes are weights: the ledger scales them so
that the county's figures come out exactly.
"""

from __future__ import annotations

from typing import Final, NamedTuple

ADMIN, POLICE_AND_COURTS = "10", "11"
REFERRED, FULL, PART, SELF = "20", "21", "22", "23"


class Organ(NamedTuple):
    """A body directly under a grouping.

    before   name until the reform of 2019, "" when it kept its name
    core     also found in a small county
    rank     value of institution_rank
    """

    name: str
    short: str
    weight: float
    quota_type: str = ADMIN
    nature: str = "101"
    rank: str = "41"
    core: bool = True
    before: str = ""
    institutions: str = ""
    duties: str = ""


class Group(NamedTuple):
    name: str
    system: str
    category: str
    organs: tuple[Organ, ...]


PARTY: Final = Group(
    "党委机关",
    "1",
    "11",
    (
        Organ(
            "中共{c}委办公室（{c}档案局、{c}国家保密局）",
            "县委办",
            30,
            before="中共{c}委办公室",
            institutions="{c}机要信息服务中心 {c}决策咨询服务中心",
            duties="承担县委日常运转、文稿、信息、督促检查和机要保密工作。",
        ),
        Organ(
            "中共{c}委组织部（{c}公务员局）",
            "县委组织部",
            28,
            before="中共{c}委组织部",
            institutions="{c}党员教育服务中心 {c}人才服务中心",
            duties="负责党的组织建设、干部和公务员管理、人才工作。",
        ),
        Organ(
            "中共{c}委宣传部（{c}新闻出版局）",
            "县委宣传部",
            20,
            before="中共{c}委宣传部",
            institutions="{c}互联网宣传中心 {c}新时代文明实践指导中心",
        ),
        Organ(
            "中共{c}委统一战线工作部（{c}民族宗教事务局）",
            "县委统战部",
            12,
            before="中共{c}委统一战线工作部",
            institutions="{c}宗教事务服务中心",
        ),
        Organ(
            "中共{c}委政法委员会",
            "县委政法委",
            15,
            institutions="{c}社会治理中心 {c}法学研究服务中心",
        ),
        Organ(
            "中共{c}委机构编制委员会办公室",
            "县委编办",
            10,
            before="{c}机构编制委员会办公室",
            institutions="{c}事业单位登记服务中心 {c}机构编制电子政务中心",
            duties="贯彻执行机构编制工作的方针政策，统一管理全县机关事业单位的机构编制工作。",
        ),
        Organ("中共{c}委{c}直属机关工作委员会", "县直机关工委", 8),
        Organ(
            "中共{c}委网络安全和信息化委员会办公室",
            "县委网信办",
            6,
            core=False,
            institutions="{c}网络舆情中心",
        ),
        Organ("中共{c}委巡察工作领导小组办公室", "县委巡察办", 12, core=False),
        Organ(
            "中共{c}委老干部局",
            "县委老干部局",
            8,
            core=False,
            institutions="{c}老干部活动中心 {c}老年大学",
        ),
        Organ("{c}信访局", "县信访局", 8, core=False, institutions="{c}人民来访接待中心"),
    ),
)
CONGRESS: Final = Group(
    "人大机关",
    "2",
    "12",
    (
        Organ(
            "{c}人民代表大会常务委员会机关",
            "县人大机关",
            34,
            rank="31",
            institutions="{c}人大代表服务中心",
        ),
    ),
)
GOVERNMENT: Final = Group(
    "政府机关",
    "3",
    "13",
    (
        Organ(
            "{c}人民政府办公室（{c}人民政府外事办公室）",
            "县府办",
            36,
            before="{c}人民政府办公室",
            institutions="{c}政府信息中心 {c}应急联动指挥中心 {c}经济研究中心",
            duties="承担县政府日常工作，协助县政府领导组织起草文件、会务、督查和政务公开。",
        ),
        Organ(
            "{c}发展和改革局（{c}粮食和物资储备局）",
            "县发改局",
            32,
            before="{c}发展和改革局",
            institutions=(
                "{c}价格认证中心 {c}重点项目服务中心 {c}粮食质量监测站 {c}节能监察中心 {c}粮食收储中心 "
                "{c}信用信息中心"
            ),
            duties="拟订并组织实施国民经济和社会发展规划，负责投资、价格、粮食和物资储备管理。",
        ),
        Organ(
            "{c}经济和信息化局",
            "县经信局",
            28,
            institutions=(
                "{c}中小企业服务中心 {c}墙体材料改革服务中心 {c}散装水泥服务站 {c}工业设计服务中心 "
                "{c}无线电监测站"
            ),
        ),
        Organ(
            "{c}教育体育局",
            "县教体局",
            30,
            before="{c}教育局",
            duties=(
                "贯彻党的教育方针，主管全县教育、体育工作；统筹管理各级各类学校，指导教师队伍建设；"
                "推进义务教育优质均衡发展。"
            ),
        ),
        Organ(
            "{c}科学技术局",
            "县科技局",
            12,
            institutions="{c}科技信息服务中心 {c}生产力促进中心 {c}农业科学研究所",
        ),
        Organ(
            "{c}公安局",
            "县公安局",
            300,
            POLICE_AND_COURTS,
            institutions="{c}保安服务监管中心 {c}道路交通信息服务中心",
            duties="维护社会治安秩序，预防、制止和侦查违法犯罪活动，管理户政、交通和出入境事务。",
        ),
        Organ(
            "{c}民政局",
            "县民政局",
            18,
            institutions=(
                "{c}社会福利院 {c}殡仪馆 {c}救助管理站 {c}婚姻登记处 {c}社会组织服务中心 {c}福利彩票发行中心 "
                "{c}低收入家庭经济状况核对中心"
            ),
        ),
        Organ(
            "{c}司法局",
            "县司法局",
            62,
            POLICE_AND_COURTS,
            institutions="{c}公证处 {c}法律援助中心 {c}社区矫正中心 {c}行政复议服务中心",
        ),
        Organ(
            "{c}财政局（{c}人民政府国有资产监督管理办公室）",
            "县财政局",
            58,
            before="{c}财政局",
            institutions=(
                "{c}财政投资评审中心 {c}国有资产运营服务中心 {c}会计服务中心 {c}非税收入服务中心 "
                "{c}农业综合开发服务中心 {c}政府采购中心"
            ),
        ),
        Organ(
            "{c}人力资源和社会保障局",
            "县人社局",
            40,
            institutions=(
                "{c}社会保险事业服务中心 {c}就业管理服务中心 {c}人事考试院 {c}劳动人事争议仲裁院 "
                "{c}职业技能鉴定中心 {c}城乡居民养老保险服务中心 {c}技工学校"
            ),
        ),
        Organ(
            "{c}自然资源和规划局（{c}林业局）",
            "县自然资源局",
            42,
            before="{c}国土资源局",
            institutions=(
                "{c}土地储备中心 {c}不动产登记服务中心 {c}土地勘测规划院 {c}地质环境监测站 {c}林业技术推广中心 "
                "{c}国有林场 {c}森林病虫害防治站 {c}城乡规划编制研究中心 {c}测绘与地理信息中心"
            ),
        ),
        Organ(
            "{c}建设局（{c}人民防空办公室）",
            "县建设局",
            34,
            before="{c}住房和城乡建设局",
            institutions=(
                "{c}建设工程质量安全服务中心 {c}房产交易服务中心 {c}城市建设档案馆 {c}住房保障服务中心 "
                "{c}建筑业服务中心 {c}市政公用设施养护中心 {c}物业管理服务中心 {c}园林绿化服务中心 "
                "{c}建筑设计院 {c}人防工程维护站"
            ),
        ),
        Organ(
            "{c}交通运输局",
            "县交通局",
            30,
            institutions=(
                "{c}公路与运输管理中心 {c}港航服务中心 {c}交通工程质量服务站 {c}农村公路养护中心 "
                "{c}公交站场服务中心 {c}交通建设服务中心"
            ),
        ),
        Organ(
            "{c}水利局",
            "县水利局",
            22,
            institutions=(
                "{c}水库运行服务中心 {c}水文站 {c}河湖管理中心 {c}水利工程质量服务站 {c}农村供水服务中心 "
                "{c}东山水库管理站 {c}西溪水库管理站 {c}水土保持监测站 {c}水利勘测设计所"
            ),
        ),
        Organ(
            "{c}农业农村局（{c}乡村振兴局）",
            "县农业农村局",
            36,
            before="{c}农业局",
            institutions=(
                "{c}农业技术推广中心 {c}畜牧兽医发展中心 {c}农产品质量安全中心 {c}农村经营服务中心 "
                "{c}茶叶产业服务中心 {c}植物保护站 {c}土壤肥料站 {c}农业机械化服务站 {c}水产技术推广站 "
                "{c}种子服务站 {c}动物疫病预防控制中心 {c}农村能源服务站 {c}农业行政执法辅助中心 {c}良种繁育场"
            ),
        ),
        Organ(
            "{c}商务局",
            "县商务局",
            18,
            institutions="{c}电子商务服务中心 {c}外贸服务中心 {c}会展服务中心",
        ),
        Organ(
            "{c}文化广电旅游局",
            "县文广旅游局",
            22,
            before="{c}文化广电新闻出版局",
            institutions=(
                "{c}文化馆 {c}图书馆 {c}博物馆 {c}越剧团 {c}旅游发展服务中心 {c}文物保护中心 {c}非物质文化遗产保护中心 "
                "{c}电影发行放映服务中心 {c}美术馆"
            ),
        ),
        Organ("{c}卫生健康局", "县卫健局", 26, before="{c}卫生和计划生育局"),
        Organ(
            "{c}退役军人事务局",
            "县退役军人局",
            12,
            core=False,
            institutions="{c}退役军人服务中心 {c}烈士陵园管理所 {c}军队离休退休干部休养所",
        ),
        Organ(
            "{c}应急管理局",
            "县应急局",
            22,
            before="{c}安全生产监督管理局",
            institutions="{c}应急救援指挥中心 {c}安全生产宣传教育中心 {c}防汛防旱服务中心",
        ),
        Organ("{c}审计局", "县审计局", 26, institutions="{c}政府投资项目审计中心 {c}审计信息中心"),
        Organ(
            "{c}市场监督管理局（{c}知识产权局）",
            "县市场监管局",
            120,
            before="{c}工商行政管理局",
            institutions=(
                "{c}质量技术检测中心 {c}食品药品检验检测中心 {c}消费者权益保护服务中心 {c}计量检定测试所 "
                "{c}特种设备检验所"
            ),
        ),
        Organ("{c}统计局", "县统计局", 16, institutions="{c}统计调查中心 {c}普查中心"),
        Organ(
            "{c}医疗保障局",
            "县医保局",
            10,
            core=False,
            institutions="{c}医疗保障服务中心 {c}医保基金核查中心",
        ),
        Organ(
            "{c}综合行政执法局（{c}城市管理局）",
            "县综合执法局",
            58,
            before="{c}城市管理行政执法局",
            institutions=(
                "{c}环境卫生服务中心 {c}智慧城管指挥中心 {c}市容秩序服务中心 {c}垃圾分类服务中心 {c}停车设施服务中心"
            ),
        ),
        Organ(
            "{c}政务服务管理办公室",
            "县政务办",
            12,
            core=False,
            institutions="{c}行政服务中心 {c}公共资源交易中心 {c}政务热线服务中心",
        ),
    ),
)
CONSULTATION: Final = Group(
    "政协机关",
    "4",
    "14",
    (
        Organ(
            "中国人民政治协商会议{c}委员会机关",
            "县政协机关",
            28,
            rank="31",
            institutions="{c}政协委员服务中心",
        ),
    ),
)
DISCIPLINE: Final = Group(
    "纪委监委",
    "5",
    "15",
    (
        Organ(
            "中共{c}纪律检查委员会、{c}监察委员会机关",
            "县纪委监委",
            92,
            before="中共{c}纪律检查委员会机关",
            institutions="{c}党风廉政教育中心 {c}监察信息技术中心",
        ),
    ),
)
COURT: Final = Group(
    "法院",
    "6",
    "16",
    (
        Organ(
            "{c}人民法院",
            "县法院",
            116,
            POLICE_AND_COURTS,
            rank="32",
            institutions="{c}人民法院诉讼服务中心",
        ),
    ),
)
PROCURATORATE: Final = Group(
    "检察院",
    "7",
    "17",
    (
        Organ(
            "{c}人民检察院",
            "县检察院",
            78,
            POLICE_AND_COURTS,
            rank="32",
            institutions="{c}检察信息技术中心",
        ),
    ),
)
ASSOCIATIONS: Final = Group(
    "群团机关",
    "9",
    "19",
    (
        Organ(
            "{c}总工会", "县总工会", 10, nature="105", institutions="{c}工人文化宫 {c}职工服务中心"
        ),
        Organ(
            "共青团{c}委员会",
            "团县委",
            7,
            nature="105",
            institutions="{c}青少年宫 {c}青年志愿服务中心",
        ),
        Organ("{c}妇女联合会", "县妇联", 7, nature="105", institutions="{c}妇女儿童活动中心"),
        Organ("{c}科学技术协会", "县科协", 7, nature="105", institutions="{c}科技馆"),
        Organ("{c}工商业联合会", "县工商联", 6, nature="105"),
        Organ(
            "{c}残疾人联合会",
            "县残联",
            10,
            REFERRED,
            nature="105",
            institutions="{c}残疾人康复服务中心",
        ),
        Organ("{c}文学艺术界联合会", "县文联", 6, REFERRED, nature="105", core=False),
        Organ("{c}社会科学界联合会", "县社科联", 5, REFERRED, nature="105", core=False),
        Organ("{c}归国华侨联合会", "县侨联", 4, nature="105", core=False),
        Organ(
            "{c}红十字会",
            "县红十字会",
            6,
            REFERRED,
            nature="105",
            core=False,
            institutions="{c}应急救护培训中心",
        ),
        Organ("{c}法学会", "县法学会", 3, nature="105", core=False),
    ),
)
#: Institutions of the county itself: (name, short, weight, 参公?)
DIRECT: Final = (
    ("中共{c}委党校（{c}行政学校）", "县委党校", 34, True),
    ("{c}档案馆", "县档案馆", 16, True),
    ("{c}史志研究室", "县史志研究室", 10, True),
    ("{c}供销合作社联合社", "县供销社", 20, True),
    ("{c}机关事务服务中心", "县机关事务中心", 26, True),
    ("{c}融媒体中心", "县融媒体中心", 120, False),
    ("{c}大数据发展服务中心", "县大数据中心", 22, False),
    ("{c}投资促进服务中心", "县投促中心", 18, False),
    ("{c}经济开发区发展服务中心", "县开发区服务中心", 40, False),
    ("{c}住房公积金服务中心", "县公积金中心", 20, False),
    ("{c}高新技术产业园服务中心", "县高新园服务中心", 24, False),
    ("{c}旅游度假区服务中心", "县度假区服务中心", 18, False),
)
GROUPS: Final = (
    PARTY,
    CONGRESS,
    GOVERNMENT,
    CONSULTATION,
    DISCIPLINE,
    COURT,
    PROCURATORATE,
    ASSOCIATIONS,
)

#: Institutions every township keeps: (name, weight)
OF_TOWNSHIP: Final = (
    ("{t}公共事务服务中心", 9.0),
    ("{t}农业农村发展服务中心", 11.0),
    ("{t}社会治理服务中心", 8.0),
    ("{t}村镇建设服务中心", 6.0),
    ("{t}文化站", 3.0),
)
#: Schools of the whole county: (name, weight), most important first.
SCHOOLS: Final = (
    ("{c}第一中学", 210.0),
    ("{c}第二中学", 150.0),
    ("{c}职业教育中心", 190.0),
    ("{c}崇文中学", 140.0),
    ("{c}实验小学", 120.0),
    ("{c}实验中学", 130.0),
    ("{c}机关幼儿园", 42.0),
    ("{c}教师发展中心", 48.0),
    ("{c}第三中学", 120.0),
    ("{c}城关中学", 110.0),
    ("{c}第一小学", 95.0),
    ("{c}第二小学", 92.0),
    ("{c}特殊教育学校", 34.0),
    ("{c}中等专业学校", 110.0),
    ("{c}第三小学", 84.0),
    ("{c}第四小学", 80.0),
    ("{c}育英小学", 76.0),
    ("{c}明德小学", 70.0),
    ("{c}鹿鸣小学", 72.0),
    ("{c}第五中学", 88.0),
    ("{c}第六中学", 82.0),
    ("{c}少年体育学校", 22.0),
    ("{c}青少年活动中心", 14.0),
    ("{c}体育发展中心", 14.0),
    ("{c}学生资助服务中心", 6.0),
    ("{c}教育考试中心", 9.0),
    ("{c}教育技术中心", 8.0),
    ("{c}校园后勤服务中心", 7.0),
    ("{c}第一幼儿园", 30.0),
    ("{c}第二幼儿园", 28.0),
    ("{c}第三幼儿园", 26.0),
    ("{c}第四幼儿园", 24.0),
    ("{c}城东幼儿园", 22.0),
    ("{c}城西幼儿园", 20.0),
)
#: Schools of each township: (name, weight)
SCHOOLS_OF_TOWNSHIP: Final = (
    ("{t}中心小学", 62.0),
    ("{t}初级中学", 58.0),
    ("{t}中心幼儿园", 20.0),
    ("{t}第二小学", 34.0),
    ("{t}希望小学", 22.0),
    ("{t}第二幼儿园", 14.0),
    ("{t}成人文化技术学校", 4.0),
)
#: Health: (name, weight, quota type)
HEALTH: Final = (
    ("{c}人民医院", 760.0, PART),
    ("{c}中医院", 380.0, PART),
    ("{c}妇幼保健院", 170.0, PART),
    ("{c}第二人民医院", 210.0, PART),
    ("{c}疾病预防控制中心", 66.0, FULL),
    ("{c}卫生健康监督所", 30.0, FULL),
    ("{c}精神卫生中心", 74.0, PART),
    ("{c}急救指挥中心", 18.0, FULL),
    ("{c}计划生育宣传技术指导站", 12.0, FULL),
    ("{c}健康教育所", 5.0, FULL),
    ("{c}医学会办公室", 3.0, FULL),
    ("{c}皮肤病防治站", 14.0, PART),
)
HEALTH_OF_TOWNSHIP: Final = (("{t}卫生院", 44.0, FULL),)

#: What fills the number of institutions up, under any bureau.
FILLERS: Final = (
    "信息服务中心 后勤服务中心 事务服务中心 宣传教育中心 项目服务中心 培训中心 技术服务中心 数据服务中心 "
    "档案服务中心 综合服务中心"
).split()
#: What was closed between 2013 and 2015.
CLOSED: Final = (
    "{c}蚕种场 {c}乡镇企业培训中心 {c}农机监理站 {c}物资管理办公室 {c}建筑材料管理站 {c}茶叶机械厂 "
    "{c}电影公司 {c}水产养殖场 {c}粮油检验所 {c}劳动服务公司 {c}企业调查队 {c}广播器材站 {c}农业广播电视学校 "
    "{c}乡镇船舶管理站 {c}林业调查队 {c}土地评估事务所 {c}建筑职工学校 {c}商业学校 {c}机关招待所 "
    "{c}出版物管理站 {c}油政管理站 {c}盐务所 {c}外事车队 {c}工业品质量检验站 {c}原种场 {c}苗圃"
).split()
#: Bodies that live on their own income.
SELF_FUNDED: Final = frozenset(
    ("{c}建筑设计院", "{c}水利勘测设计所", "{c}公证处", "{c}殡仪馆", "{c}停车设施服务中心")
)
DEPARTMENTS: Final = {
    "1": "办公室 综合科 干部科 组织科 宣传科 调研科 督查科 信息科 保密科 政策法规科 人事科 机关党委",
    "2": "办公室 法制工作委员会 监察和司法工作委员会 财政经济工作委员会 教科文卫工作委员会 农业与农村工作委员会 "
    "代表人事工作委员会 城建环保工作委员会",
    "3": "办公室 政策法规科（行政审批科） 人事科 计划财务科 综合科 规划发展科 监督管理科 安全科 信息化科 行业管理科 "
    "项目管理科 宣传科 机关党委",
    "4": "办公室 提案委员会 经济委员会 文史资料委员会 社会法制委员会 农业和农村委员会 委员联络委员会",
    "5": "办公室 组织部 宣传部 党风政风监督室 信访室 案件监督管理室 第一监督检查室 第二监督检查室 第三监督检查室 "
    "第四审查调查室 第五审查调查室 案件审理室",
    "6": "办公室 政治部 立案庭（诉讼服务中心） 刑事审判庭 民事审判第一庭 民事审判第二庭 行政审判庭 审判监督庭 "
    "执行局 审判管理办公室 司法警察大队",
    "7": "办公室 政治部 第一检察部 第二检察部 第三检察部 第四检察部 第五检察部 检务督察部 司法警察大队",
    "8": "办公室 会员科 经济服务科",
    "9": "办公室 组织部 宣传部 权益部 综合部",
    "10": "党政综合办公室 党建工作办公室 经济发展办公室 社会事务管理办公室 平安法治办公室 村镇建设办公室 "
    "农业农村办公室 财政所",
    "11": "办公室 业务一科 业务二科 财务科",
    "police": "指挥中心 政治处 治安大队 刑事侦查大队 交通警察大队 经济犯罪侦查大队 禁毒大队 网络安全保卫大队 "
    "法制大队 出入境管理大队 警务保障室 特巡警大队 看守所 督察大队 信访科",
    "school": "办公室 教务处 德育处 总务处 教科室 工会",
    "hospital": "党政办公室 医务科 护理部 财务科 人力资源科 内科 外科 妇产科 儿科 急诊科 医学检验科 药剂科 "
    "信息科 后勤保障科",
    "institution": "办公室 业务科 综合服务科 财务科",
}
#: Characters that names of townships are made of.
TOWNSHIP_FIRST: Final = "云白石松竹梅桃金清东南上下双长大雅崇北里灵霞青永安和兴丰"
TOWNSHIP_SECOND: Final = "岭溪桥渡塘坪岩湾浦坞门林义洞泉峰陂田"
